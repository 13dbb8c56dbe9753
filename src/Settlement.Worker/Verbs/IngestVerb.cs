using System.CommandLine;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Verbs;

/// <summary>Usage from files.</summary>
internal sealed class IngestVerb : Verb
{
    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "NDJSON or CSV, gzipped or not; - for standard input", Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> _accountAuto = new("--account-auto")
    {
        Description = "open accounts that are unknown and subscribe the scopes they use, from the first such call on",
    };

    private readonly Option<string> _region = new("--region") { Description = "the region of events that have none", HelpName = "region" };
    private readonly Option<string> _source = new("--source") { Description = "the source of events that have none", HelpName = "source" };

    public IngestVerb()
        : base("ingest", "Stores the events of files, through the same path as the consumer, and prints how many were accepted, duplicate, not billable, quarantined.")
    {
        Add(_files);
        Add(_accountAuto);
        Add(_region);
        Add(_source);
        Add(OutputOption);
        Validators.Add(result =>
        {
            foreach (var option in new[] { _region, _source })
            {
                if (result.GetValue(option) is { } text && CallFields.TextFault(text) is { } cause)
                    result.AddError($"{option.Name}: {cause}");
            }
        });
        Does((parsed, context) => Run(
            context, parsed.GetRequiredValue(_files), parsed.GetValue(_accountAuto), parsed.GetValue(_region), parsed.GetValue(_source)));
    }

    private static int Run(VerbContext context, IReadOnlyList<string> files, bool accountAuto, string? region, string? source) => throw new NotSupportedException("wired by the lead");
}
