namespace Settlement.Worker.Verbs;

/// <summary>Is anything behind?</summary>
internal sealed class StatusVerb : Verb
{
    public StatusVerb()
        : base("status", "Hours behind, the oldest open hour, and what waits in the outbox, the quarantine and the error queues.")
    {
        Add(OutputOption);
        Does((_, context) => Run(context));
    }

    private static int Run(VerbContext context) => throw new NotSupportedException("wired by the lead");
}
