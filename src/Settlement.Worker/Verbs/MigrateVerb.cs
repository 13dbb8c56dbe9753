using System.CommandLine;
using Settlement.Storage.Engines;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>The database schema.</summary>
internal sealed class MigrateVerb : Verb
{
    private readonly Option<bool> _testStore = new("--test-store")
    {
        Description = "turn it into a store for tests, for good: --until may run ahead of the present time on it, and run refuses it",
    };

    public MigrateVerb()
        : base("migrate", "Brings the database up to date. Forward only, and harmless to repeat.")
    {
        Add(_testStore);
        Does((parsed, context) => Run(context, parsed.GetValue(_testStore)));
    }

    private static int Run(VerbContext context, bool testStore)
    {
        var exit = Migrate(context);
        if (!testStore)
            return exit;
        using var open = OpenStore.ToWrite(context);
        if (open.Engine.AttachedWorker() is { } holder)
            throw new BadInputException($"--test-store: {open.Engine.Describe()} has a worker attached ({holder})");
        open.Store.MarkForTests();
        context.Listing.Say("It is a store for tests: run refuses it.");
        return exit;
    }

    private static int Migrate(VerbContext context)
    {
        using var engine = OpenStore.EngineOf(context);
        var isNew = !engine.Exists;
        var differences = engine.SchemaDifferences();
        if (differences.Count == 0)
        {
            context.Listing.Say($"{engine.Describe()} is up to date.");
            return Exit.Done;
        }

        if (differences.Any(d => d.EndsWith(SchemaDifference.Newer, StringComparison.Ordinal)))
            throw new SchemaNotUpToDateException(engine.Describe(), differences);
        // What only adds disturbs nobody: workers are replaced one at a time afterwards.
        if (!differences.All(d => d.EndsWith(SchemaDifference.OnlyAdds, StringComparison.Ordinal)) && engine.AttachedWorker() is { } holder)
            throw new BadInputException($"{engine.Describe()} has a worker attached ({holder}): stop it first");
        if (!isNew && engine.CopyBefore("migrate", context.Time.GetUtcNow()) is { } copy)
            context.Listing.Say($"Copied to {copy}");
        var ran = engine.Migrate(line => context.Error.WriteLine(line));
        context.Listing.Say($"{(isNew ? "Made" : "Brought up to date")}: {engine.Describe()}, {Figures.Of(ran, "script")} run.");
        return Exit.Done;
    }
}
