using System.Globalization;
using Settlement.Domain.Time;

namespace Settlement.Domain.Settings;

/// <summary>How the settings of 7.4 are read: durations of which <c>0</c> means for ever, and the shortest that are safe.</summary>
internal static class Keeping
{
    /// <summary>The shortest time for which bodies of notices and commands can be kept.</summary>
    private const long LeastBodiesUs = 31 * Instant.PerDayUs;

    private const string Usage = "KeepUsage";
    private static readonly string[] Bodies = ["KeepNotices", "KeepCommands"];

    public static (BillingSettings? Settings, string? Cause) Duration(string text, Func<long, BillingSettings> set) =>
        text == "0" ? (set(0), null)
        : BillingSettingsReader.TryDuration(text, out var us) ? (set(us), null)
            : (null, $"'{text}' is not a duration such as 400.00:00:00, or 0 to keep for ever");

    /// <summary>
    /// A time that was given and is too short is a fault. The default of <c>KeepUsage</c> is never too short: it is longer where <c>MaxUsageAge</c>
    /// asks for it.
    /// </summary>
    public static void Check(IEnumerable<KeyValuePair<string, string?>> pairs, BillingSettings read, string prefix, List<SettingFault> faults)
    {
        var leastUsageUs = read.MaxUsageAgeUs + BillingSettings.KeptBeyondAgeUs;
        foreach (var (key, _) in pairs)
        {
            if (Is(key, Usage) && read.KeepUsageUs > 0 && read.KeepUsageUs < leastUsageUs)
                faults.Add(new SettingFault(prefix
                    + key, $"{Show(read.KeepUsageUs)} is less than MaxUsageAge and 62 days: at least {Show(leastUsageUs)}, or 0 to keep for ever"));
            else if (Bodies.FirstOrDefault(b => Is(key, b)) is { } body && Of(read, body) is > 0 and < LeastBodiesUs and var us)
                faults.Add(new SettingFault(prefix + key, $"{Show(us)} is too short: at least {Show(LeastBodiesUs)}, or 0 to keep for ever"));
        }
    }

    private static long Of(BillingSettings read, string body) => body == Bodies[0] ? read.KeepNoticesUs : read.KeepCommandsUs;

    private static string Show(long us) =>
        TimeSpan.FromTicks(us * 10).ToString(us < Instant.PerDayUs ? @"hh\:mm\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);

    private static bool Is(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
