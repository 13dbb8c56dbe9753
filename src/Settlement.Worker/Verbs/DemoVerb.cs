namespace Settlement.Worker.Verbs;

/// <summary>What a newcomer runs first.</summary>
internal sealed class DemoVerb : Verb
{
    public DemoVerb()
        : base("demo", "A simulated month of a small gateway through the real pipeline, then its bill. Needs nothing installed and leaves nothing behind.")
    {
        Add(OutputOption);
        DoesAlone((_, context) => Run(context));
    }

    private static int Run(VerbContext context) => throw new NotSupportedException("wired by the lead");
}
