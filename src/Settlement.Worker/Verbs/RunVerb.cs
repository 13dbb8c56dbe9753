namespace Settlement.Worker.Verbs;

/// <summary>The worker.</summary>
internal sealed class RunVerb : Verb
{
    public RunVerb()
        : base("run", "The worker: takes events and commands in, closes hours, renews packages, sends notices, answers for its health. The default verb.") =>
        Does((_, context, cancel) => RunAsync(context, cancel));

    private static Task<int> RunAsync(VerbContext context, CancellationToken cancel) => throw new NotSupportedException("wired by the lead");
}
