using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>
/// What a compose file in deploy says about its services, as far as a test can act on it without a container engine: mounts, entry points, environment,
/// secrets.
/// </summary>
internal sealed class ComposeFile
{
    private const string SecretsFolder = "/run/secrets/";
    private readonly JsonObject file;

    private ComposeFile(string name)
    {
        Name = name;
        file = Yaml.Read(Path.Combine(Folder, name)).AsObject();
    }

    public static IReadOnlyList<string> Names { get; } = ["compose.yaml", "compose.sqlite.yaml"];

    public static string Folder { get; } = Checkout.PathOf("deploy");

    public string Name { get; }

    public IReadOnlyList<string> Services => Yaml.Texts(file["services"]);

    public static ComposeFile Read(string name) => new(name);

    public JsonNode Service(string name) => file["services"]![name]!;

    public IReadOnlyList<string> Top(string section) => Yaml.Texts(file[section]);

    /// <summary>Where a secret's file is, from the folder deploy.</summary>
    public string SecretFile(string secret) => Yaml.Text(file["secrets"]![secret]!["file"]);

    public IReadOnlyList<string> EntryPoint(string service) => Yaml.Texts(Service(service)["entrypoint"]);

    /// <summary>What a service is given. A secret's file is where it would be if <paramref name="secrets"/> were its folder.</summary>
    public IEnumerable<(string Name, string Value)> Environment(string service, string secrets = SecretsFolder) =>
        from variable in Service(service)["environment"]?.AsObject() ?? []
        select (variable.Key, Yaml.Text(variable.Value).Replace(SecretsFolder, secrets, StringComparison.Ordinal));

    public IEnumerable<(string Source, string Target)> Mounts(string service) =>
        Yaml.Texts(Service(service)["volumes"]).Select(v => v.Split(':')).Select(v => (v[0], v[1]));

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
}
