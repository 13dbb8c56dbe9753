using System.Globalization;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Tests.Deploy;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Demo;

/// <summary>Every fenced command of README and docs is typed as it is printed, except those that are listed here with a reason.</summary>
public sealed class PageCommandsTests : IDisposable
{
    /// <summary>What can't be typed here: how it begins, why, and what is checked instead.</summary>
    private static readonly IReadOnlyList<(string Begins, string Because, Action<string> Check)> NotTyped =
    [
        ("tests/run.sh", "runs every test, this one too", IsThere),
        ("dotnet run --project tests/Settlement.", "runs other tests, minutes of them", MatchesTests),
        ("dotnet run -c Release --project tests/Settlement.Benchmarks", "FIGURE and FOLDER stand for the reader's own", KnowsOptions),
        ("tests/broker.sh", "starts a node in a folder that others may use: ComposeBrokerTests starts one in its own", IsThere),
        ("docker compose", "there is no container engine: ComposeBrokerTests runs the script and loads the file with a real broker", NamesServices),
        ("deploy/secrets.sh", "makes secrets in the checkout: ComposeFileTests makes them elsewhere", IsThere),
        ("helm ", "there is no cluster: ChartTests renders the chart", NamesChart),
        ("kubectl ", "there is no cluster", NamesChartsNames),
        ("dotnet pack ", "PackagesTests does this in a folder of its own", line => Assert.Equal("src/Settlement.Worker", line.Split(' ')[2])),
        ("dotnet tool install ", "PackagesTests does this in a folder of its own", line => Assert.Equal("settlement", line.Split(' ')[3])),
    ];

    /// <summary>Blocks without a language that look like terminal input.</summary>
    private static readonly IReadOnlyList<(string Page, string Begins, string Because)> NoCommands =
    [
        ("docs/broker.md", "RabbitMq__Host=", "settings, and certificates to go with them: BrokerTlsTests makes some"),
        ("docs/sql-server.md", "Database__Engine=", "settings, and a server to go with them"),
        ("docs/sql-server.md", "$ export SETTLEMENT_TEST_SQLSERVER=", "what was run against a server, and what came out"),
    ];

    /// <summary>Exit codes other than 0, as the page says.</summary>
    private static readonly IReadOnlyList<(string Begins, int Exit)> Ends = [("settlement ingest deploy/examples/usage.csv", Exit.Differs)];

    /// <summary>What commands say if the page goes on from it.</summary>
    private static readonly IReadOnlyList<(string Page, string Begins, string Says)> Says =
    [
        ("README.md", "settlement command", "package-not-refundable"),
        ("README.md", "settlement close", "Closed: 1 run, 1 account, 5 rows, 130 calls, 12.00 CNY deducted."),
        ("README.md", "settlement bill", "R000001-000006-0005"),
        ("README.md", "settlement explain", "R000001-000006-0005"),
        ("README.md", "settlement quarantine list", "unknown-account"),
        ("docs/import.md", "settlement close", "Closed: 1 run, 1 account, 5 rows, 130 calls, 12.00 CNY deducted."),
        ("docs/runbook.md", "settlement quarantine release 17 18", "2 events released."),
        ("docs/runbook.md", "settlement quarantine release --all", "1 event released."),
        ("docs/runbook.md", "settlement quarantine discard", "1 event discarded."),
        ("docs/runbook.md", "settlement explain", "R000001-000006-0005"),
    ];

    private readonly Terminal terminal = new();

    public static TheoryData<string> PagesWithCommands => [.. Pages.All.Where(p => Pages.CommandsOf(p).Any(IsTyped))];

    public void Dispose() => terminal.Dispose();

    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    public async Task Every_command_of_a_page_works_as_printed(string page)
    {
        var before = page == "docs/runbook.md" ? await PrepareAsync() : "";
        var lines = Pages.CommandsOf(page).Where(l => IsTyped(l) && !NeedsBroker(l) && !StartsWorker(l)).ToList();
        foreach (var typed in await terminal.TypeAsync(lines))
        {
            var expected = Ends.Where(e => typed.Line.StartsWith(e.Begins, StringComparison.Ordinal)).Select(e => e.Exit).SingleOrDefault();
            Assert.True(typed.Exit == expected, $"{page}: {typed.Line}\nended with {typed.Exit}\n{before}{typed.Said}");
            Assert.All(
                Says.Where(s => s.Page == page && typed.Line.StartsWith(s.Begins, StringComparison.Ordinal)), s =>
                    Assert.Contains(s.Says, typed.Said, StringComparison.Ordinal));
            TestContext.Current.TestOutputHelper?.WriteLine($"$ {typed.Line}\n{typed.Said}");
        }

        foreach (var line in Pages.CommandsOf(page).Where(l => StartsWorker(l) && !NeedsBroker(l)))
            Assert.Contains("Settling on SQLite file ", await terminal.RunUntilReadyAsync([.. Functions(page), line]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_that_wants_a_broker_works_as_printed()
    {
        await using var broker = await TestBroker.StartAsync();
        (string, string)[] environment =
        [
            ("RabbitMq__Port", broker.Settings.Port.ToString(CultureInfo.InvariantCulture)), ("RabbitMq__VirtualHost", broker.Settings.VirtualHost),
            ("RabbitMq__Username", broker.Settings.Username), ("RabbitMq__Password", broker.Settings.Password),
        ];
        var wanting = Pages.All.SelectMany(page => Pages.CommandsOf(page).Where(NeedsBroker).Select(line => (page, line))).ToList();
        Assert.Equal(4, wanting.Count);
        foreach (var (page, line) in wanting.Where(w => StartsWorker(w.line)))
            Assert.Contains("Messages are taken in from the broker", await terminal.RunUntilReadyAsync([.. Functions(page), line], environment),
                StringComparison.Ordinal);
        foreach (var (page, line) in wanting.Where(w => !StartsWorker(w.line)))
        {
            var typed = (await terminal.TypeAsync([.. Functions(page), line], [.. environment, ("RabbitMq__Host", broker.Settings.Host!)]))[^1];
            // The page's id belongs to no message here, so it is refused.
            var expected = line.StartsWith("settlement errors discard 3f2a9c0d11ee", StringComparison.Ordinal) ? Exit.BadInput : Exit.Done;
            Assert.True(typed.Exit == expected, $"{page}: {line}\nended with {typed.Exit}\n{typed.Said}");
        }
    }

    [Fact]
    public void What_is_not_typed_is_named_with_its_reason_and_is_there()
    {
        foreach (var fence in Pages.All.SelectMany(Pages.FencesOf).Where(f => f.Language.Length == 0 && f.Lines.Any(LooksTyped)))
            Assert.True(
                NoCommands.Any(n =>
                n.Page == fence.Page && fence.Lines[0].StartsWith(n.Begins, StringComparison.Ordinal)), $"{fence.Page}: {fence.Lines[0]}");
        Assert.All(NoCommands, n => Assert.Contains(Pages.FencesOf(n.Page), f => f.Lines[0].StartsWith(n.Begins, StringComparison.Ordinal)));
        var lines = Pages.All.SelectMany(Pages.CommandsOf).Where(l => !IsTyped(l)).ToList();
        foreach (var (begins, _, check) in NotTyped)
            Assert.All(lines.Where(l => l.StartsWith(begins, StringComparison.Ordinal)).DefaultIfEmpty($"no page says: {begins}"), check);
    }

    [Fact]
    public void Verbs_and_options_that_the_pages_name_exist()
    {
        var named = Pages.All.SelectMany(page => Pages.NamedIn(page).Select(command => (page, command))).ToList();
        Assert.NotEmpty(named);
        foreach (var (page, command) in named)
        {
            var parsed = CommandLine.Root().Parse(command.Split(' ')[1..]);
            Assert.True(parsed.Errors.Count == 0, $"{page}: {command}: {string.Join("; ", parsed.Errors.Select(e => e.Message))}");
        }
    }

    private static bool IsTyped(string line) => !NotTyped.Any(n => line.StartsWith(n.Begins, StringComparison.Ordinal));

    private static bool NeedsBroker(string line) =>
        line.StartsWith("settlement errors ", StringComparison.Ordinal) || line.Contains("--set RabbitMq:Host=", StringComparison.Ordinal);

    private static bool StartsWorker(string line) => line.StartsWith("settlement run", StringComparison.Ordinal);

    private static bool LooksTyped(string line) =>
        line.StartsWith("$ ", StringComparison.Ordinal) || line.StartsWith("settlement ", StringComparison.Ordinal)
        || line.StartsWith("dotnet ", StringComparison.Ordinal) || line.StartsWith("tests/", StringComparison.Ordinal)
            || line.Contains("__", StringComparison.Ordinal);

    private static IEnumerable<string> Functions(string page) =>
        Pages.CommandsOf(page).Where(l => l.StartsWith("settlement()", StringComparison.Ordinal));

    private static void IsThere(string line) =>
        Assert.True(File.GetUnixFileMode(Checkout.PathOf(line.Split(' ')[0].Split('/'))).HasFlag(UnixFileMode.UserExecute), line);

    private static void MatchesTests(string line)
    {
        var words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var project = Checkout.PathOf(words[3].Split('/'));
        Assert.Contains(words[5], new[] { "-class", "-method" });
        var name = words[6].Trim('\'', '*');
        Assert.Contains(Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories), f =>
            File.ReadAllText(f).Contains($" {name}", StringComparison.Ordinal));
    }

    private static void KnowsOptions(string line)
    {
        var options = line.Split(' ').Select(w => w.TrimStart('['))
            .Where(w => w.StartsWith("--", StringComparison.Ordinal) && w.Length > 2 && w != "--project").ToList();
        var text = string.Concat(Directory.EnumerateFiles(Checkout.PathOf("tests", "Settlement.Benchmarks"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText));
        Assert.All(options, o => Assert.Contains($"\"{o[2..]}\"", text, StringComparison.Ordinal));
    }

    private static void NamesServices(string line)
    {
        var words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["docker", "compose", "-f"], words[..3]);
        Assert.Equal("deploy", Path.GetDirectoryName(words[3]));
        Assert.Contains(Path.GetFileName(words[3]), ComposeFile.Names);
        var compose = ComposeFile.Read(Path.GetFileName(words[3]));
        var named = words[5..].Where(w => w[0] != '-').ToList();
        // What stands behind the name of a service is for its container.
        Assert.All(words[4] is "run" or "exec" ? named.Take(1) : named, service => Assert.Contains(service, compose.Services));
        foreach (var path in words[5..].Where(w => w[0] == '/'))
            Assert.Contains(
                compose.Outside("rabbitmq", path, ""), new[] { "definitions/definitions.json", Dockerfile.Read().Command("ENTRYPOINT")[^1] });
    }

    private static void NamesChart(string line)
    {
        var words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["settlement", "deploy/helm/settlement"], words[2..4]);
        var values = Yaml.Read(Checkout.PathOf("deploy", "helm", "settlement", "values.yaml"));
        foreach (var path in words.Where(w => w.Contains('=', StringComparison.Ordinal)).Select(w => w.Split('=')[0]))
            Assert.True(path.Split('.').Aggregate((System.Text.Json.Nodes.JsonNode?)values, (at, name) => at?[name]) is not null, path);
    }

    /// <summary>The deployment of a release called settlement, and the keys that the chart looks for in its secret.</summary>
    private static void NamesChartsNames(string line)
    {
        var secret = Yaml.Read(Checkout.PathOf("deploy", "helm", "settlement", "values.yaml"))["secret"]!;
        Assert.Contains("settlement", line.Split(' '));
        Assert.All(
            line.Split(' ').Where(w => w.StartsWith("--from-file=", StringComparison.Ordinal)),
            w => Assert.Contains(secret.AsObject(), s => Yaml.Text(s.Value) == w.Split('=')[1]));
    }

    /// <summary>A store as the runbook imagines it: the README's, with calls that contradict known ones and one that comes too late.</summary>
    private async Task<string> PrepareAsync()
    {
        static string Call(string id, int count, string time) =>
            $$"""{"id":"{{id}}","source":"gateway-1","account":"acme","api":"passport","region":"cn-north-4","time":"{{time}}","status":200,"count":{{count}}}\n""";
        var now = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture);
        var readme = Pages.CommandsOf("README.md")
            .Where(l => l.StartsWith("settlement ", StringComparison.Ordinal) || l.StartsWith("export ", StringComparison.Ordinal))
            .TakeWhile(l => !l.StartsWith("settlement bill", StringComparison.Ordinal));
        var typed = await terminal.TypeAsync(
        [
            .. readme, $"printf '{string.Concat(Enumerable.Range(100, 20).Select(i => Call("e-01", i, now)))}' | settlement ingest -",
            $"export Billing__MaxUsageAge=35.00:00:00; printf '{Call("late", 1, "2026-06-01T15:30:00+08:00")}' | settlement ingest -",
        ]);
        return string.Concat(typed.Select(t => t.Said));
    }
}
