using System.Text.RegularExpressions;

namespace Settlement.Worker.Tests.Demo;

/// <param name="Page">From the root, such as <c>docs/runbook.md</c>.</param>
/// <param name="Language">What follows the opening marks; may be empty.</param>
internal sealed record Fence(string Page, string Language, IReadOnlyList<string> Lines)
{
    /// <summary>Lines that a reader types.</summary>
    public IEnumerable<string> Commands => Lines.Where(l => l.Length > 0 && l[0] != '#');
}

/// <summary>README.md and the pages of docs.</summary>
internal static partial class Pages
{
    public static IReadOnlyList<string> All { get; } =
        ["README.md", .. Directory.EnumerateFiles(Checkout.PathOf("docs"), "*.md").Select(f => $"docs/{Path.GetFileName(f)}")
            .Order(StringComparer.Ordinal)];

    public static string Text(string page) => File.ReadAllText(Checkout.PathOf(page.Split('/')));

    public static IEnumerable<Fence> FencesOf(string page) => Fenced().Matches(Text(page)).Select(m => new Fence(
        page, m.Groups["language"].Value,
        [.. m.Groups["body"].Value.Split('\n').SkipLast(1)
            .Select(l => l.StartsWith(m.Groups["indent"].Value, StringComparison.Ordinal) ? l[m.Groups["indent"].Length..].TrimEnd() : l)]));

    public static IEnumerable<string> CommandsOf(string page) => FencesOf(page).Where(f => f.Language == "sh").SelectMany(f => f.Commands);

    /// <summary>What is named in the running text as <c>`settlement …`</c>.</summary>
    public static IEnumerable<string> NamedIn(string page) => Named().Matches(Text(page)).Select(m => m.Groups["command"].Value);

    [GeneratedRegex(@"^(?<indent> *)```(?<language>[a-z]*)\n(?<body>.*?)^ *```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"`(?<command>settlement [^`]*)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
