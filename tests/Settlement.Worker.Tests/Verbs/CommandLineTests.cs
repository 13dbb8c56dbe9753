using System.CommandLine;
using Settlement.Worker.Ingest;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

public class CommandLineTests
{
    public static TheoryData<string, string[]> VerbsOfTheInterface => new()
    {
        { "run", [] },
        { "demo", ["--output"] },
        { "simulate", ["<FILE>", "--output"] },
        { "ingest", ["<FILE>...", "--account-auto", "--region", "--source"] },
        { "close", ["--until", "--dry-run"] },
        { "lifecycle", ["--until", "--dry-run"] },
        { "command", ["<FILE>"] },
        { "bill", ["--account", "--month", "--api", "--region", "--resource", "--kind", "--output"] },
        { "explain", ["<ROW>", "--output"] },
        { "account", ["<ACCOUNT>", "--output"] },
        { "catalog", ["check", "apply", "show"] },
        { "catalog check", ["<FILE>"] },
        { "catalog apply", ["<FILE>"] },
        { "catalog show", ["[<FILE>]"] },
        { "quarantine", ["list", "show", "release", "discard"] },
        { "quarantine list", ["--output"] },
        { "quarantine show", ["<ENTRY>"] },
        { "quarantine release", ["<ENTRY>"] },
        { "quarantine discard", ["<ENTRY>"] },
        { "errors", ["list", "replay", "discard"] },
        { "errors list", ["--output"] },
        { "errors replay", ["<ID>"] },
        { "errors discard", ["<ID>", "--all", "--queue", "--output"] },
        { "status", ["--output"] },
        { "health", ["--output"] },
        { "clock", ["show", "confirm", "back"] },
        { "clock show", ["--output"] },
        { "clock confirm", ["<TIME>"] },
        { "clock back", ["--dry-run", "--output"] },
        { "backup", ["<FILE>", "--force"] },
        { "migrate", ["--test-store"] },
    };

    [Theory]
    [MemberData(nameof(VerbsOfTheInterface))]
    public async Task Every_verb_has_help_on_what_it_takes(string verb, string[] takes)
    {
        var (exit, output, error) = await Run([.. verb.Split(' '), "--help"]);
        Assert.Equal((Exit.Done, ""), (exit, error));
        Assert.All(takes.Append("--set").Append("--database"), part => Assert.Contains(part, output, StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_has_a_description() =>
        Assert.All(Symbols(CommandLine.Root()), s => Assert.False(string.IsNullOrWhiteSpace(s.Description), s.Name));

    [Theory]
    [InlineData("bogus", "Unrecognized command or argument 'bogus'.")]
    [InlineData("close --untill x", "Unrecognized command or argument '--untill'.")]
    [InlineData("simulate", "Required argument 'FILE' missing")]
    [InlineData("catalog", "Required command was not provided.")]
    [InlineData("bill --month 2023-13", "--month: '2023-13' is not a month such as 2023-04")]
    [InlineData("bill --kind refund", "Argument 'refund' not recognized.")]
    [InlineData("bill --output yaml", "--output: 'yaml' is neither table, json nor csv")]
    [InlineData("bill --output", "Required argument missing for option: '--output'.")]
    [InlineData("quarantine release", "Name events, or say --all")]
    [InlineData("quarantine release 1 --all", "Name events, or say --all")]
    [InlineData("errors discard", "Name messages, or say --all")]
    [InlineData("errors discard 1 --all", "Name messages, or say --all")]
    [InlineData("quarantine show x", "Cannot parse argument 'x'")]
    [InlineData("quarantine discard 1", "Option '--because' is required.")]
    [InlineData("ingest x --region= ", "--region: must not be empty")]
    [InlineData("close --until yesterday", "--until: 'yesterday' is not a time such as 2023-04-18T15:00:00+08:00")]
    public async Task Bad_arguments_end_with_2_and_say_so_on_standard_error(string args, string expected)
    {
        var (exit, output, error) = await Run(args.Split(' '));
        Assert.Equal((Exit.BadInput, ""), (exit, output));
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_settings_end_with_2_and_all_are_told()
    {
        var (exit, output, error) = await Run(["bill", "--output", "json", "--set", "Billing:Foo=1", "--set", "Http:Port=x"]);
        Assert.Equal((Exit.BadInput, ""), (exit, output));
        Assert.Equal(2, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Values_that_begin_oddly_reach_the_verb_as_they_are()
    {
        string? seen = null;
        var (exit, _, _) = await Run(Speaking(text => seen = text), ["speak", "@a"]);
        Assert.Equal((Exit.Done, "@a"), (exit, seen));
        await Run(Speaking(text => seen = text), ["speak", "-"]);
        Assert.Equal("-", seen);
    }

    [Fact]
    public async Task Options_reach_the_settings()
    {
        VerbContext? seen = null;
        await Run(Speaking(_ => { }, context => seen = context),
            ["speak", "x", "--database", "my.db", "--set", "Http:Port=1", "--set", "Billing:DaysBefore=2", "--verbose"]);
        Assert.Equal(("Data Source=my.db", 1, 2L, true),
            (seen!.Settings.Database.ConnectionString, seen.Settings.Http.Port, seen.Settings.Billing.DaysBefore, seen.Verbose));
    }

    [Fact]
    public async Task What_nobody_expected_ends_with_1_and_one_line()
    {
        var (exit, output, error) = await Run(Speaking(_ => throw new InvalidOperationException("the disk is on fire")), ["speak", "x"]);
        Assert.Equal((Exit.Unexpected, ""), (exit, output));
        Assert.Equal("InvalidOperationException: the disk is on fire (--verbose shows where)\n", error);
    }

    [Fact]
    public async Task Details_of_it_come_with_verbose() =>
        Assert.Contains("   at ", (await Run(Speaking(_ => throw new InvalidOperationException("fire")), ["speak", "x", "--verbose"])).Error,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_bad_input_file_ends_with_2() =>
        Assert.Equal(
            (Exit.BadInput, "", "f.csv: line 2: no\n"), await Run(Speaking(_ => throw new BadInputException("f.csv: line 2: no")), ["speak", "x"]));

    private static Task<(int Exit, string Output, string Error)> Run(string[] args) => Run(CommandLine.Root(), args);

    private static async Task<(int Exit, string Output, string Error)> Run(RootCommand root, string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var exit = await CommandLine.RunAsync(root, args, output, error);
        return (exit, output.ToString(), error.ToString());
    }

    private static RootCommand Speaking(Action<string> speak, Action<VerbContext>? look = null)
    {
        var root = new RootCommand { new SpeakVerb(speak, look) };
        GeneralOptions.AddTo(root);
        return root;
    }

    private static IEnumerable<Symbol> Symbols(Command command) =>
        [command, .. command.Arguments, .. command.Options, .. command.Subcommands.SelectMany(Symbols)];

    private sealed class SpeakVerb : Verb
    {
        private readonly Argument<string> _text = new("TEXT");

        public SpeakVerb(Action<string> speak, Action<VerbContext>? look)
            : base("speak", "A verb of the tests.")
        {
            Add(_text);
            Does((parsed, context) =>
            {
                look?.Invoke(context);
                speak(parsed.GetRequiredValue(_text));
                return Exit.Done;
            });
        }
    }
}
