namespace Settlement.Domain.Usage;

/// <summary>
/// What the fields of an event may contain (INTERFACE 1), in one place for messages, files, commands and catalogs. Each function returns what is
/// wrong with a value, worded for people, or null.
/// </summary>
public static class CallFields
{
    public const int MinStatus = 100;
    public const int MaxStatus = 599;

    /// <summary>Ids and names. They are compared byte by byte, so characters that can't be seen or can't be encoded are refused.</summary>
    public static string? TextFault(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "must not be empty";
        if (text.Length > UsageCall.MaxTextLength)
            return $"must not be longer than {UsageCall.MaxTextLength} characters";
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
            return "must not begin or end with a space";
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]))
                return "must not hold control characters";
            if (char.IsSurrogatePair(text, i))
                i++;
            else if (char.IsSurrogate(text[i]))
                return "must be valid Unicode";
        }

        return null;
    }

    public static string? StatusFault(long status) =>
        status is >= MinStatus and <= MaxStatus ? null : $"must be from {MinStatus} to {MaxStatus}";

    public static string? CountFault(long count) =>
        count is >= 1 and <= UsageCall.MaxCount ? null : $"must be from 1 to {UsageCall.MaxCount}";
}
