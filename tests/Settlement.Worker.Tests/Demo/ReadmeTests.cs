using System.Diagnostics;
using System.Text.RegularExpressions;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Demo;

/// <summary>What README.md tells a newcomer to type is typed here, word for word, in a directory that looks like the checkout.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("settlement-readme-");

    public ReadmeTests() => Directory.CreateSymbolicLink(Path.Combine(directory.FullName, "deploy"), Path.Combine(Root(), "deploy"));

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task The_first_session_works_word_for_word()
    {
        var commands = Commands("README.md").Where(c => !c.StartsWith("run", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["catalog", "command", "ingest", "close", "bill", "explain", "account", "quarantine", "status", "simulate"], commands.Select(c => c.Split(' ')[0]));
        var output = "";
        foreach (var command in commands)
        {
            var (exit, said) = await Run(command);
            Assert.True(exit == (command.StartsWith("ingest", StringComparison.Ordinal) ? Exit.Differs : Exit.Done), $"{command}: {exit}\n{said}");
            output += said;
        }

        Assert.Matches(Deducted(), output);
        Assert.Contains("R000001-000006-0005", output, StringComparison.Ordinal);
        Assert.Contains("unknown-account", output, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_short_and_names_pages_that_exist()
    {
        var lines = File.ReadAllLines(Path.Combine(Root(), "README.md"));
        Assert.InRange(lines.Length, 1, 120);
        foreach (var page in Directory.EnumerateFiles(Path.Combine(Root(), "docs"), "*.md").Append(Path.Combine(Root(), "README.md")))
        {
            Assert.All(
                Link().Matches(File.ReadAllText(page)).Select(m => Path.Combine(Path.GetDirectoryName(page)!, m.Groups["file"].Value)),
                linked => Assert.True(File.Exists(linked), $"{page} links {linked}"));
        }
    }

    [Fact]
    public async Task A_history_is_imported_word_for_word()
    {
        var commands = Commands("docs/import.md").ToList();
        Assert.Equal(["catalog", "command", "ingest", "close", "bill"], commands.Select(c => c.Split(' ')[0]));
        var output = "";
        foreach (var command in commands)
            output += (await Run(command)).Said;
        Assert.Matches(Deducted(), output);
        Assert.DoesNotContain("hour-closed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_that_comes_after_the_first_closing_is_refused_or_held()
    {
        var commands = Commands("docs/import.md").ToList();
        await Run(commands[0]);
        await Run("close");
        Assert.Equal(3, (await Run(commands[1])).Said.Split("hour-closed").Length - 1);
        await Run(commands[2]);
        await Run("close");
        Assert.Equal(5, (await Run("quarantine list")).Said.Split("not-subscribed").Length - 1);
    }

    private static IEnumerable<string> Commands(string page) => File.ReadAllLines(Path.Combine(Root(), page))
        .Where(l => l.StartsWith("settlement ", StringComparison.Ordinal)).Select(l => l.Split('#')[0]["settlement ".Length..].Trim());

    private async Task<(int Exit, string Said)> Run(string arguments)
    {
        // As the README's function has it; what the tests were built with is not built again.
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        string[] run = ["run", "--no-build", "-c", configuration, "--project", Path.Combine(Root(), "src", "Settlement.Worker"), "--"];
        var start = new ProcessStartInfo("dotnet", [.. run, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)])
        {
            WorkingDirectory = directory.FullName, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["Billing__MaxUsageAge"] = "3650.00:00:00";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at!.FullName, "Settlement.sln")))
            at = at.Parent;
        return at.FullName;
    }

    [GeneratedRegex(@"Closed: 1 run, 1 account, 5 rows, 130 calls, 12\.00 CNY", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Deducted();

    [GeneratedRegex(@"\]\((?<file>[\w./-]+\.md)\)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Link();
}
