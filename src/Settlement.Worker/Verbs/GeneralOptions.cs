using System.CommandLine;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Verbs;

/// <summary>Options that every verb takes.</summary>
internal static class GeneralOptions
{
    private const string Set = "--set";
    private const string Database = "--database";
    private const string Verbose = "--verbose";

    public static void AddTo(Command root)
    {
        root.Add(new Option<string[]>(Set)
        {
            Description = "a setting that overrides appsettings.json and the environment (docs/settings.md); may be repeated",
            HelpName = "Section:Key=value",
            Recursive = true,
        });
        root.Add(new Option<string>(
            Database) { Description = "a SQLite database, short for the two Database settings", HelpName = "file", Recursive = true });
        root.Add(new Option<bool>(Verbose) { Description = "log in detail and show where an unexpected error came from", Recursive = true });
    }

    /// <summary>The settings given as options; <c>--set</c> overrides the shorthand.</summary>
    public static IReadOnlyList<string> SettingsOf(ParseResult parsed) =>
        [.. parsed.GetValue<string>(Database) is { } file ? SettingsSources.DatabaseFile(file) : [], .. parsed.GetValue<string[]>(Set) ?? []];

    public static bool IsVerbose(ParseResult parsed) => parsed.GetValue<bool>(Verbose);
}
