using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>Programs of others that judge what is in deploy: <c>promtool</c> and <c>helm</c>. tests/tools.sh brings them.</summary>
internal static class Tools
{
    /// <summary>Where a program is: named by <c>SETTLEMENT_TEST_PROMTOOL</c> and so on, or on the path. Without it the test is skipped.</summary>
    public static string Need(string program)
    {
        var found = Environment.GetEnvironmentVariable($"SETTLEMENT_TEST_{program.ToUpperInvariant()}")
            ?? Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(p => Path.Combine(p, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"{program} is not installed (tests/tools.sh {program})");
        return found!;
    }

    /// <summary>Runs it in the folder deploy; fails with what it said unless it ends with 0.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exit, output, error) = await Checkout.RunAsync(Need(program), arguments, Checkout.PathOf("deploy"));
        Assert.True(exit == 0, $"{program} {string.Join(' ', arguments)}: {exit}\n{error}{output}");
        return output + error;
    }
}
