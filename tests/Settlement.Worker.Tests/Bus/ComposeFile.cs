using System.Text.RegularExpressions;

namespace Settlement.Worker.Tests.Bus;

/// <summary>
/// What deploy/compose.yaml says about its services, as far as a test can act on it without a container engine: mounts, entry points, environment.
/// </summary>
internal sealed partial class ComposeFile
{
    private readonly Dictionary<string, string> services;

    private ComposeFile(string folder, string text)
    {
        Folder = folder;
        services = Service().Matches(text).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["body"].Value, StringComparer.Ordinal);
    }

    public string Folder { get; }

    public IEnumerable<string> Services => services.Keys;

    public static ComposeFile Read()
    {
        var folder = Path.Combine(Checkout.Root, "deploy");
        return new ComposeFile(folder, File.ReadAllText(Path.Combine(folder, "compose.yaml")));
    }

    public IReadOnlyList<string> EntryPoint(string service) =>
        [.. Quoted().Matches(EntryPointLine().Match(services[service]).Value).Select(m => m.Groups["text"].Value)];

    /// <summary>What a service gets if these variables are set outside; throws if a required one is missing.</summary>
    public IEnumerable<(string Name, string Value)> Environment(string service, IReadOnlyDictionary<string, string> outside) =>
        from m in Given().Matches(services[service])
        let value = outside.GetValueOrDefault(m.Groups["outside"].Value)
        select value is null && m.Groups["must"].Success ? throw new KeyNotFoundException(m.Value) : (m.Groups["name"].Value, value ?? "");

    /// <summary>
    /// Where a path in a service's container is on this machine; a named volume is a folder of that name in <paramref name="volumes"/>.
    /// </summary>
    public string Outside(string service, string text, string volumes)
    {
        foreach (var (source, target) in Mounts(service).OrderByDescending(m => m.Target.Length))
        {
            var outside = source[0] == '.' ? Path.GetFullPath(source, Folder) : Path.Combine(volumes, source);
            text = Regex.Replace(text, $@"(?<![\w/.-]){Regex.Escape(target)}(?![\w.-])", outside, RegexOptions.None, TimeSpan.FromSeconds(1));
        }

        return text;
    }

    public IEnumerable<(string Source, string Target)> Mounts(string service) =>
        Mount().Matches(services[service]).Select(m => (m.Groups["source"].Value, m.Groups["target"].Value));

    [GeneratedRegex(@"^  (?<name>[\w-]+):[^\n]*\n(?<body>(    [^\n]*\n|\n)+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Service();

    [GeneratedRegex(@"^    entrypoint: .*$", RegexOptions.Multiline, 1000)]
    private static partial Regex EntryPointLine();

    [GeneratedRegex("\"(?<text>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^      (?<name>\w+): \$\{(?<outside>\w+)(:-|(?<must>:\?)[^}]*)\}", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Given();

    [GeneratedRegex(@"^      - (?<source>[^:\s]+):(?<target>[^:\s]+)(:ro)?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mount();
}
