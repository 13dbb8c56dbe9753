using System.CommandLine;
using Settlement.Domain.Settings;
using Settlement.Worker.Output;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Verbs;

/// <summary>One verb of the command line. A verb declares its arguments and options and hands their values to its body.</summary>
/// <param name="csv">Whether it also prints CSV.</param>
internal abstract class Verb(string name, string description, bool csv = false) : Command(name, description)
{
    /// <summary>For verbs that print results.</summary>
    protected Option<OutputFormat> OutputOption { get; } = Suggesting(csv ? ["table", "json", "csv"] : ["table", "json"], new("--output", "-o")
    {
        Description = csv ? "table for people (the default), json for programs, csv for spreadsheets"
            : "table for people (the default), json for programs",
        HelpName = csv ? "table|json|csv" : "table|json",
        CustomParser = result => result.Tokens[0].Value switch
        {
            "table" => OutputFormat.Table,
            "json" => OutputFormat.Json,
            "csv" when csv => OutputFormat.Csv,
            var other =>
                Refuse<OutputFormat>(result, csv ? $"--output: '{other}' is neither table, json nor csv"
                : $"--output: '{other}' is neither table nor json"),
        },
    });

    protected static T? Refuse<T>(System.CommandLine.Parsing.ArgumentResult result, string cause)
    {
        result.AddError(cause);
        return default;
    }

    /// <summary>For the completion of a shell, which would otherwise offer the names that the code has for them.</summary>
    private static Option<OutputFormat> Suggesting(string[] names, Option<OutputFormat> option)
    {
        option.CompletionSources.Clear();
        option.CompletionSources.Add(names);
        return option;
    }

    protected static Option<string> UntilOption() => new("--until")
    {
        Description = "run as if it were this time (a test clock for one run); refused on a store that a worker is attached to; later than now only with --dry-run or on a store for tests",
        HelpName = "time",
    };

    protected static Option<bool> DryRunOption() => new("--dry-run") { Description = "say what would be done and change nothing" };

    protected void Does(Func<ParseResult, VerbContext, int> body) =>
        Does((parsed, context, _) => Task.FromResult(body(parsed, context)));

    protected void Does(Func<ParseResult, VerbContext, CancellationToken, Task<int>> body) =>
        SetAction((parsed, cancel) => ContextOf(parsed) is { } context ? body(parsed, context, cancel) : Task.FromResult(Exit.BadInput));

    /// <summary>For verbs with a throw-away store: the machine's settings are ignored.</summary>
    protected void DoesAlone(Func<ParseResult, VerbContext, int> body) =>
        SetAction((parsed, _) => Task.FromResult(body(parsed, ContextOf(parsed, WorkerSettings.Default))));

    private VerbContext? ContextOf(ParseResult parsed)
    {
        var faults = new List<SettingFault>();
        var sources = SettingsSources.OfProcess(GeneralOptions.SettingsOf(parsed));
        var settings = SettingsLoader.Load(sources, faults);
        var error = parsed.InvocationConfiguration.Error;
        foreach (var fault in faults)
            error.WriteLine(fault);
        if (settings is null)
            return null;
        if (error is PlainWriter plain)
            plain.Secrets = Secrets.Of(settings);
        foreach (var warning in SettingWarnings.Of(settings, sources.Options))
            error.WriteLine(warning);
        return ContextOf(parsed, settings);
    }

    private VerbContext ContextOf(ParseResult parsed, WorkerSettings settings)
    {
        var format = Options.Contains(OutputOption) ? parsed.GetValue(OutputOption) : OutputFormat.Table;
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        return new VerbContext(
            settings, new Listing(output, error, format, Listing.WidthOfOutput()), error, TimeProvider.System, GeneralOptions.IsVerbose(parsed));
    }
}
