namespace Settlement.Domain.Usage;

/// <summary>The rule for every id and name: 1 to 128 characters, no outer spaces, no control characters (INTERFACE 1).</summary>
public static class CallText
{
    /// <summary>What is wrong with a text, or null.</summary>
    public static string? Fault(string text)
    {
        if (text.Length == 0)
            return "is empty";
        if (text.Length > UsageCall.MaxTextLength)
            return $"is longer than {UsageCall.MaxTextLength} characters";
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
            return "has outer spaces";
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]))
                return "has a control character";
            if (char.IsSurrogatePair(text, i))
                i++;
            else if (char.IsSurrogate(text[i]))
                return "has half a surrogate pair";
        }

        return null;
    }
}
