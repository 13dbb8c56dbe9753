using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>The rule for the texts of an event: 1 to 128 UTF-16 units, no outer spaces, no control characters, valid Unicode.</summary>
public static class EventText
{
    /// <summary>What is wrong with the text, for people; null if nothing is.</summary>
    public static string? Problem(string text)
    {
        if (text.Length == 0)
            return "must not be empty";
        if (text.Length > UsageCall.MaxTextLength)
            return "must not be longer than 128 characters";
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
            return "must not begin or end with a space";
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is > (char)0x1F and < (char)0x7F)
                continue;
            if (char.IsControl(c))
                return "must not hold control characters";
            if (char.IsSurrogate(c) && !IsPair(text, ref i))
                return "must be valid Unicode";
        }

        return null;
    }

    private static bool IsPair(string text, ref int i) =>
        i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) && i++ >= 0;
}
