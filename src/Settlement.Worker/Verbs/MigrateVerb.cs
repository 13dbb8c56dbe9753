namespace Settlement.Worker.Verbs;

/// <summary>The database schema.</summary>
internal sealed class MigrateVerb : Verb
{
    public MigrateVerb()
        : base("migrate", "Brings the database up to date. Forward only, and harmless to repeat.") => Does((_, context) => Run(context));

    private static int Run(VerbContext context) => throw new NotSupportedException("wired by the lead");
}
