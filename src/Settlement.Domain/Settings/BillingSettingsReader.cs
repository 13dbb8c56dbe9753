using System.Globalization;
using Settlement.Domain.Time;

namespace Settlement.Domain.Settings;

/// <summary>A setting that does not exist or does not parse: its path and the cause.</summary>
public sealed record SettingFault(string Path, string Cause)
{
    public override string ToString() => $"{Path}: {Cause}";
}

/// <summary>
/// Reads billing settings given as flat <c>name -> text</c> pairs (nested names joined by ':', case-insensitive), the form that configuration files,
/// environment variables and scenario files use. All faults are reported at once.
/// </summary>
public static class BillingSettingsReader
{
    public static BillingSettings Read(IEnumerable<KeyValuePair<string, string?>> pairs, string prefix, List<SettingFault> faults)
    {
        var read = BillingSettings.Default;
        var levels = new List<(string[] Path, string Key, string? Value)>();
        foreach (var (key, value) in pairs.OrderBy(p => p.Key, StringComparer.OrdinalIgnoreCase))
        {
            var path = key.Split(':');
            if (path.Length > 1 && Is(path[0], "Levels"))
                levels.Add((path, prefix + key, value));
            else if (One(read, path, value) is { } next)
                read = next.Settings ?? Fault(read, faults, prefix + key, next.Cause!);
            else
                Fault(read, faults, prefix + key, "there is no such setting");
        }

        Keeping.Check(pairs, read, prefix, faults);
        return read with { Levels = ReadLevels(read, levels, faults) };
    }

    private static (BillingSettings? Settings, string? Cause)? One(BillingSettings s, string[] path, string? value)
    {
        if (path.Length != 1)
            return null;
        var text = value ?? "";
        return path[0].ToUpperInvariant() switch
        {
            "TIMEZONE" => BillingZone.TryParse(text, out var zone)
                ? (s with { TimeZone = zone }, null) : (null, $"'{text}' is not an offset of whole hours such as +08:00 (-12:00 to +14:00)"),
            "ROUNDING" => Is(text, "carry") ? (s with { Rounding = RoundingMode.Carry }, null)
                : Is(text, "truncate") ? (s with { Rounding = RoundingMode.Truncate }, null) : (null, $"'{text}' is neither carry nor truncate"),
            "CLOSEDELAY" => Duration(text, v => s with { CloseDelayUs = v }),
            "DRAINTIMEOUT" => Duration(text, v => s with { DrainTimeoutUs = v }),
            "MAXUSAGEAGE" => Duration(text, v => s with { MaxUsageAgeUs = v }),
            "MAXCLOCKSKEW" => Duration(text, v => s with { MaxClockSkewUs = v }),
            "KEEPUSAGE" => Keeping.Duration(text, v => s with { KeepUsageUs = v }),
            "KEEPNOTICES" => Keeping.Duration(text, v => s with { KeepNoticesUs = v }),
            "KEEPCOMMANDS" => Keeping.Duration(text, v => s with { KeepCommandsUs = v }),
            "LOWPACKAGEPERCENT" => Whole(text, 0, 100, v => s with { LowPackagePercent = v }),
            "DAYSBEFORE" => Whole(text, 0, 7, v => s with { DaysBefore = v }),
            "GRACEDAYS" => Days(text, v => s with { EveryLevel = Both(s.EveryLevel, d => d with { GraceDays = v }) }),
            "RETENTIONDAYS" => Days(text, v => s with { EveryLevel = Both(s.EveryLevel, d => d with { RetentionDays = v }) }),
            _ => null,
        };
    }

    private static Dictionary<string, LevelDays> ReadLevels(
        BillingSettings s, List<(string[] Path, string Key, string? Value)> entries, List<SettingFault> faults)
    {
        var levels = new Dictionary<string, LevelDays>(StringComparer.Ordinal);
        foreach (var (path, key, value) in entries)
        {
            var name = BillingSettings.LevelNames.FirstOrDefault(n => Is(path[1], n));
            var change = path.Length == 4 ? Change(path[2], path[3]) : null;
            if (name is null)
                faults.Add(new SettingFault(
                    string.Join(':', key.Split(':')[..^(path.Length - 2)]), $"there is no level '{path[1]}'; levels are V0 to V5"));
            else if (change is null)
                faults.Add(new SettingFault(
                    key, "there is no such setting; a level has payPerUse and package, each with graceDays and retentionDays"));
            else if (!TryDays(value ?? "", out var days))
                faults.Add(new SettingFault(key, DaysCause(value ?? "")));
            else
                levels[name] = change(levels.GetValueOrDefault(name, s.EveryLevel), days);
        }

        return levels;
    }

    private static Func<LevelDays, long, LevelDays>? Change(string kind, string days)
    {
        Func<ArrearsDays, long, ArrearsDays>? of = Is(days, "graceDays") ? (d, v) => d with { GraceDays = v }
            : Is(days, "retentionDays") ? (d, v) => d with { RetentionDays = v } : null;
        if (of is null)
            return null;
        return Is(kind, "payPerUse") ? (l, v) => l with { PayPerUse = of(l.PayPerUse, v) }
            : Is(kind, "package") ? (l, v) => l with { Package = of(l.Package, v) } : null;
    }

    private static LevelDays Both(LevelDays days, Func<ArrearsDays, ArrearsDays> change) => new(change(days.PayPerUse), change(days.Package));

    private static (BillingSettings?, string?) Duration(string text, Func<long, BillingSettings> set) =>
        TryDuration(text, out var us) ? (set(us), null) : (null, $"'{text}' is not a duration such as 01:00:00 or 35.00:00:00");

    private static (BillingSettings?, string?) Whole(string text, long min, long max, Func<long, BillingSettings> set) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var v) && v >= min && v <= max
            ? (set(v), null) : (null, $"'{text}' is not a whole number from {min} to {max}");

    private static (BillingSettings?, string?) Days(string text, Func<long, BillingSettings> set) =>
        TryDays(text, out var v) ? (set(v), null) : (null, DaysCause(text));

    private static string DaysCause(string text) => $"'{text}' is not a whole number of days from 0 to 3650";

    private static bool TryDays(string text, out long days) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out days) && days <= 3650;

    /// <summary>[d.]hh:mm:ss, up to 100,000 days.</summary>
    internal static bool TryDuration(string text, out long us)
    {
        us = 0;
        if (!TimeSpan.TryParseExact(text, [@"hh\:mm\:ss", @"d\.hh\:mm\:ss"], CultureInfo.InvariantCulture, out var span))
            return false;
        us = span.Ticks / 10;
        return span.Days <= 100_000;
    }

    private static bool Is(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private static BillingSettings Fault(BillingSettings s, List<SettingFault> faults, string path, string cause)
    {
        faults.Add(new SettingFault(path, cause));
        return s;
    }
}
