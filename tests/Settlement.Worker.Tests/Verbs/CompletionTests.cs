using Settlement.Worker.Tests.Demo;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

/// <summary>What bash offers after the two lines of docs/verbs.md.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly Terminal terminal = new();

    public void Dispose() => terminal.Dispose();

    [Theory]
    [InlineData("settlement qua", "quarantine")]
    [InlineData("settlement catalog a", "apply")]
    [InlineData("settlement bill --mo", "--month")]
    [InlineData("settlement bill --output ", "csv json table")]
    [InlineData("settlement account --output ", "json table")]
    [InlineData("settlement nonsense", "")]
    public async Task It_offers_what_may_come_next(string line, string offered)
    {
        var lines = Pages.CommandsOf("docs/verbs.md").Where(l => l.Contains("_settlement", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, lines.Count);
        // As bash calls it: the line, where the cursor is, and the word to be completed.
        var typed = await terminal.TypeAsync(
            [.. lines, $"COMP_LINE='{line}'; COMP_POINT={line.Length}; _settlement settlement '{line.Split(' ')[^1]}'; echo \"${{COMPREPLY[*]}}\""]);
        Assert.Equal(offered, typed[^1].Said.Trim());
    }
}
