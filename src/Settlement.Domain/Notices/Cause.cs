using System.Globalization;
using System.Text;
using Settlement.Domain.Time;

namespace Settlement.Domain.Notices;

/// <summary>
/// Makes one text from the parts that name a cause, such as an account and a run. Two different lists of parts never give the same text, whatever ids
/// they contain: <c>|</c> separates the parts, and a <c>|</c> or <c>\</c> inside a part is escaped with a <c>\</c>. The first part says what kind of
/// cause it is. It may itself be a cause.
/// </summary>
public static class Cause
{
    private const char Between = '|';
    private const char Escape = '\\';

    /// <param name="parts">At least one.</param>
    public static string Of(params ReadOnlySpan<CausePart> parts)
    {
        if (parts.IsEmpty)
            throw new ArgumentException("A cause has one part at least.", nameof(parts));
        var text = new StringBuilder();
        for (var i = 0; i < parts.Length; i++)
        {
            if (i > 0)
                text.Append(Between);
            foreach (var c in parts[i].Text)
            {
                if (c is Between or Escape)
                    text.Append(Escape);
                text.Append(c);
            }
        }

        return text.ToString();
    }

    /// <summary>What a command did.</summary>
    public static string OfCommand(string commandId) => Of("command", commandId);

    /// <summary>What a closing run did to an account.</summary>
    public static string OfClosing(string accountId, SettleSlot to) => Of("closing", accountId, to.Number);

    /// <summary>Something that happens to a lot: <paramref name="what"/> happens to it only once.</summary>
    public static string OfLot(string what, string packageId, long lotNo) => Of(what, packageId, lotNo);

    /// <summary>An attempt at the automatic renewal of a lot.</summary>
    public static string OfAttempt(string packageId, long lotNo, long slotUs) => Of("renewal", packageId, lotNo, slotUs);
}

/// <summary>A part of a cause: a text as it is, or a whole number in digits.</summary>
public readonly record struct CausePart(string Text)
{
    public static implicit operator CausePart(string text) => new(text);

    public static implicit operator CausePart(long number) => new(number.ToString(CultureInfo.InvariantCulture));
}
