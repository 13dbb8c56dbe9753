using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Console;
using Settlement.Domain.Settings;

namespace Settlement.Worker.Settings;

/// <summary>Faults in .NET's own section that it would silently ignore or answer with a stack trace.</summary>
internal static class LoggingFaults
{
    private const string Level = "LogLevel";
    private static readonly string[] Formatters = [ConsoleFormatterNames.Simple, ConsoleFormatterNames.Json, ConsoleFormatterNames.Systemd];

    /// <param name="logging">The section as it is, with keys that do not include its name.</param>
    public static IEnumerable<SettingFault> Of(ImmutableDictionary<string, string?> logging)
    {
        foreach (var (key, text) in logging.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            if (key.Equals("Console:FormatterName", StringComparison.OrdinalIgnoreCase)
                && !Formatters.Contains(text, StringComparer.OrdinalIgnoreCase))
                yield return Fault(key, $"'{text}' is none of {string.Join(", ", Formatters)}");
            else if (IsLevel(key) && (!Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) || !Enum.IsDefined(level)))
                yield return Fault(key, $"'{text}' is none of {string.Join(", ", Enum.GetNames<LogLevel>())}");
        }
    }

    private static SettingFault Fault(string key, string cause) => new($"{SettingKeys.Logging}:{key}", cause);

    /// <summary><c>LogLevel:Category</c>, or the same under one provider's name.</summary>
    private static bool IsLevel(string key)
    {
        var parts = key.Split(':');
        return parts.Length is 2 or 3 && parts[^2].Equals(Level, StringComparison.OrdinalIgnoreCase);
    }
}
