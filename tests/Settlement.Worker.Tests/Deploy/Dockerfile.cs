using System.Text.Json;
using System.Text.RegularExpressions;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>The instructions of the Dockerfile, with lines that go on joined.</summary>
internal sealed partial class Dockerfile
{
    private Dockerfile(IReadOnlyList<(string Name, string Text)> instructions) => Instructions = instructions;

    public IReadOnlyList<(string Name, string Text)> Instructions { get; }

    public static Dockerfile Read()
    {
        var text = Continued().Replace(Comment().Replace(File.ReadAllText(Checkout.PathOf("Dockerfile")), ""), " ");
        return new Dockerfile([.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 2)).Select(l => (l[0], l[1]))]);
    }

    public IEnumerable<string> All(string name) => Instructions.Where(i => i.Name == name).Select(i => i.Text);

    /// <summary>The command of an instruction that has one in brackets.</summary>
    public IReadOnlyList<string> Command(string name)
    {
        var text = All(name).Single();
        return JsonSerializer.Deserialize<string[]>(text[text.IndexOf('[', StringComparison.Ordinal)..])!;
    }

    /// <summary>What comes from the checkout, one or more names and then where they go.</summary>
    public IEnumerable<string[]> CopiedIn => All("COPY").Where(c => !c.StartsWith("--", StringComparison.Ordinal)).Select(c => c.Split(' '));

    /// <summary>The value with which an argument is built unless another is given.</summary>
    public string Argument(string name) => All("ARG").Single(a => a.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    [GeneratedRegex(@"^\s*#[^\n]*\n", RegexOptions.Multiline, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s*\\\n\s*", RegexOptions.None, 1000)]
    private static partial Regex Continued();
}
