using System.Collections;
using Microsoft.Data.Sqlite;

namespace Settlement.Worker.Settings;

/// <summary>Where settings come from; each source overrides those before it: the file, the environment, the options of the command line.</summary>
/// <param name="File">The settings file; null when there is none.</param>
/// <param name="Environment">Variables as they are; <c>Section__Key</c> is a setting, anything else is not ours.</param>
/// <param name="Options">Texts of <c>--set</c>: <c>Section:Key=value</c>.</param>
public sealed record SettingsSources(string? File, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Options)
{
    public const string FileName = "appsettings.json";

    public static SettingsSources OfProcess(IReadOnlyList<string> options) => new(
        FindFile(Directory.GetCurrentDirectory(), AppContext.BaseDirectory),
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal),
        options);

    /// <summary>What the shorthand <c>--database FILE</c> stands for.</summary>
    public static IReadOnlyList<string> DatabaseFile(string file) =>
        ["Database:Engine=Sqlite", $"Database:ConnectionString={new SqliteConnectionStringBuilder { DataSource = file }.ConnectionString}"];

    public static string? FindFile(string currentDirectory, string executableDirectory) =>
        new[] { currentDirectory, executableDirectory }.Select(d => Path.Combine(d, FileName)).FirstOrDefault(System.IO.File.Exists);
}
