using Settlement.Domain.Settings;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Settings;

/// <summary>Settings from texts, without the process's own file and environment.</summary>
internal static class Load
{
    public static (WorkerSettings? Settings, List<string> Faults) From(string? file = null, Dictionary<string, string>? environment = null,
        params string[] options)
    {
        var faults = new List<SettingFault>();
        if (file is null)
            return (SettingsLoader.Load(new SettingsSources(File: null, environment ?? [], options), faults), faults.ConvertAll(f => f.ToString()));

        var path = Path.Combine(Directory.CreateTempSubdirectory("settings").FullName, SettingsSources.FileName);
        File.WriteAllText(path, file);
        var settings = SettingsLoader.Load(new SettingsSources(path, environment ?? [], options), faults);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return (settings, faults.ConvertAll(f => f.ToString().Replace(path, "FILE", StringComparison.Ordinal)));
    }

    public static WorkerSettings Options(params string[] options)
    {
        var (settings, faults) = From(options: options);
        Assert.Empty(faults);
        return settings!;
    }
}
