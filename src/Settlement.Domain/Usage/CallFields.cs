namespace Settlement.Domain.Usage;

/// <summary>
/// What the fields of an event may hold (INTERFACE 1), in one place for messages, files, commands and catalogs. Each function returns what is
/// wrong with a value, for people, or null.
/// </summary>
public static class CallFields
{
    public const int MinStatus = 100;
    public const int MaxStatus = 599;

    /// <summary>Ids and names: compared byte by byte, so what can't be seen or can't be encoded is refused.</summary>
    public static string? TextFault(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "is empty";
        if (text.Length > UsageCall.MaxTextLength)
            return $"is longer than {UsageCall.MaxTextLength} characters";
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
            return "begins or ends with a space";
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

    public static string? StatusFault(long status) =>
        status is >= MinStatus and <= MaxStatus ? null : $"is not a status from {MinStatus} to {MaxStatus}";

    public static string? CountFault(long count) =>
        count is >= 1 and <= UsageCall.MaxCount ? null : "is not a whole number from 1 to 1,000,000";
}
