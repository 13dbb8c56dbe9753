using System.Globalization;
using System.Text;

namespace Settlement.Storage.Troubles;

/// <summary>
/// Something that a worker can't do, or could not do, as others see it. It is in the database because the others are separate processes.
/// </summary>
public sealed class Trouble
{
    /// <summary>Longest cause, in characters.</summary>
    public const int MaxCause = 500;

    /// <summary>The worker concerned: <c>process … on …</c>.</summary>
    public string Worker { get; init; } = "";

    /// <summary>Which part fails, in the same words that readiness uses.</summary>
    public string What { get; init; } = "";

    public long SinceUs { get; init; }

    /// <summary>When it worked again or its worker was gone; null: it still fails.</summary>
    public long? EndedUs { get; init; }

    public string Cause { get; init; } = "";

    /// <summary>
    /// An error's text in the form in which it is kept: characters that would act on a terminal are written as <c>\u001B</c>, and the text is cut at
    /// <see cref="MaxCause"/>.
    /// </summary>
    public static string Kept(string text)
    {
        var kept = new StringBuilder(Math.Min(text.Length, MaxCause));
        foreach (var rune in text.EnumerateRunes())
        {
            var shown = Acts(rune) ? string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}") : rune.ToString();
            if (kept.Length + shown.Length > MaxCause)
                break;
            kept.Append(shown);
        }

        return kept.ToString();
    }

    private static bool Acts(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
