using Settlement.Domain.Settings;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>The variables that an image, a compose file or a chart gives the worker, checked as the worker reads them.</summary>
internal static class GivenVariables
{
    private const string FileSuffix = "File";

    /// <summary>Every variable is a setting that exists, and together they are settings with which the worker starts.</summary>
    /// <param name="contentOf">What stands in a secret's file.</param>
    public static WorkerSettings Load(IEnumerable<(string Name, string Value)> variables, Func<string, string> contentOf)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in variables.Where(v => v.Name.Contains("__", StringComparison.Ordinal)))
            given.Add(InFile(name) ?? name, InFile(name) is null ? value : contentOf(value).TrimEnd('\n'));
        Assert.All(given.Keys, name => Assert.True(IsSetting(KeyOf(name)), name));
        var faults = new List<SettingFault>();
        var settings = SettingsLoader.Load(new SettingsSources(null, given, []), faults);
        Assert.Empty(faults);
        return settings!;
    }

    /// <summary>The variable whose value is in the file that this one names; null if it is no such variable.</summary>
    public static string? InFile(string name) =>
        name.EndsWith(FileSuffix, StringComparison.Ordinal) && !IsSetting(KeyOf(name)) ? name[..^FileSuffix.Length] : null;

    private static bool IsSetting(string key) =>
        SettingKeys.All.Contains(key, StringComparer.Ordinal) || key.StartsWith(SettingKeys.Logging + ":", StringComparison.Ordinal);

    private static string KeyOf(string name) => name.Replace("__", ":", StringComparison.Ordinal);
}
