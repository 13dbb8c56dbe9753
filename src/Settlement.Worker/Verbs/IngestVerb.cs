using System.CommandLine;
using Settlement.Domain.Usage;
using Settlement.Engine.Usage;
using Settlement.Storage.Quarantine;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Usage from files.</summary>
internal sealed class IngestVerb : Verb
{
    private const int PerTransaction = 5_000;
    private const string StandardInput = "-";

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
            context, parsed.GetRequiredValue(_files), parsed.GetValue(_accountAuto),
            new UsageFill(parsed.GetValue(_region), parsed.GetValue(_source))));
    }

    private static int Run(VerbContext context, IReadOnlyList<string> files, bool accountAuto, UsageFill fill)
    {
        foreach (var file in files.Where(f => f != StandardInput && !File.Exists(f)))
            throw new InputFileException(file, 0, Directory.Exists(file) ? "is a folder, not a file" : "there is no such file");
        using var open = OpenStore.ToWriteOrCreate(context);
        using var input = accountAuto && files.Contains(StandardInput, StringComparer.Ordinal) ? KeepInput() : null;
        var paths = input is null ? files : [.. files.Select(f => f == StandardInput ? input.Path : f)];
        var auto = accountAuto ? new AccountAuto(open.Core) : null;
        var after = QuarantineEntries.LastNo(open.Store);
        var counts = default(IngestCounts);
        InputFileException? bad = null;
        using (var progress = context.Progress())
        {
            if (auto is not null)
                See(auto, paths, fill, progress);
            try
            {
                foreach (var path in paths)
                    Store(open, path, fill, added => progress.Report((counts += added).Events, null, "events"));
            }
            catch (InputFileException e)
            {
                // The events before the bad place are stored, and counted below.
                bad = e;
            }

            auto?.Apply();
        }

        Print(context.Listing, counts, auto, QuarantineEntries.HeldAfter(open.Store, after));
        if (bad is not null)
            throw bad;
        return ParkedNow.Say(context, open) | counts.Quarantined > 0 || auto?.Refused.Count > 0 ? Exit.Differs : Exit.Done;
    }

    /// <summary>A file need not be in the order of time: the first call of a scope is known only when all have been seen.</summary>
    private static void See(AccountAuto auto, IReadOnlyList<string> paths, UsageFill fill, Progress progress)
    {
        var seen = 0L;
        foreach (var read in paths.SelectMany(path => UsageFile.Read(path, fill)))
        {
            if (read.Call is { } call)
                auto.See(call);
            progress.Report(++seen, null, "events looked at");
        }

        auto.Open();
    }

    private static void Store(OpenStore open, string path, UsageFill fill, Action<IngestCounts> stored)
    {
        var batch = new List<Arrival>(PerTransaction);
        try
        {
            foreach (var read in UsageFile.Read(path, fill))
            {
                batch.Add(new Arrival(read, open.Core.NowUs));
                if (batch.Count == PerTransaction)
                    Flush();
            }
        }
        catch (InputFileException)
        {
            Flush();
            throw;
        }

        Flush();

        void Flush()
        {
            if (batch.Count > 0)
                stored(open.Core.Intake.Store(batch));
            batch.Clear();
        }
    }

    private static void Print(Listing listing, IngestCounts counts, AccountAuto? auto, IReadOnlyList<QuarantineCount> held)
    {
        if (listing.IsJson)
        {
            listing.Json(new
            {
                counts.Accepted,
                counts.Duplicate,
                counts.NotBillable,
                counts.Quarantined,
                AccountsOpened = auto?.Opened ?? 0,
                ScopesSubscribed = auto?.Subscribed ?? 0,
                ScopesRefused = auto?.Refused.Sum(r => r.Value) ?? 0,
            });
            return;
        }

        var reasons = counts.Quarantined == 0 ? "" : $"  ({string.Join(", ", held.Select(h => $"{Figures.Count(h.Entries)} {h.Reason}"))})";
        listing.Lines(
            ("Accepted", Right(counts.Accepted)),
            ("Duplicate", Right(counts.Duplicate)),
            ("Not billable", Right(counts.NotBillable)),
            ("Quarantined", Right(counts.Quarantined) + reasons),
            ("Accounts opened", auto is null ? null : Right(auto.Opened)),
            ("Scopes subscribed", auto is null ? null : Right(auto.Subscribed)),
            ("Scopes refused", auto?.Refused.Count > 0
                ? $"{Right(auto.Refused.Sum(r => r.Value))}  ({string.Join(", ", auto.Refused.Select(r => r.Key))})" : null));
    }

    private static string Right(long number) => Figures.Count(number).PadLeft(12);

    /// <summary>Standard input can be read only once; if it has to be read twice, it is kept in a file meanwhile.</summary>
    private static ThrowAway KeepInput()
    {
        var kept = new ThrowAway(Path.GetTempFileName());
        using var input = Console.OpenStandardInput();
        using var file = File.Create(kept.Path);
        input.CopyTo(file);
        return kept;
    }
}
