using System.CommandLine;

namespace Settlement.Worker.Verbs;

/// <summary>Unreadable messages (INTERFACE 1, 2). Each of its verbs is a class below.</summary>
internal sealed class ErrorsVerb : Command
{
    private static readonly string[] Queues = ["usage-events", "billing-commands"];

    public ErrorsVerb()
        : base("errors", "Unreadable messages in the error queues.")
    {
        Add(new ListVerb());
        Add(new ReplayVerb());
    }

    private static Option<string> Queue() =>
        new Option<string>("--queue") { Description = "messages that were meant for this queue only", HelpName = string.Join('|', Queues) }.AcceptOnlyFromAmong(Queues);

    private sealed class ListVerb : Verb
    {
        private readonly Option<string> _queue = Queue();

        public ListVerb()
            : base("list", "The messages, with reason and age; they stay where they are.")
        {
            Add(_queue);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetValue(_queue)));
        }

        private static int Run(VerbContext context, string? queue) => throw new NotSupportedException("wired by the lead");
    }

    private sealed class ReplayVerb : Verb
    {
        private readonly Option<string> _queue = Queue();

        public ReplayVerb()
            : base("replay", "Puts the messages back into the queues they were meant for.")
        {
            Add(_queue);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetValue(_queue)));
        }

        private static int Run(VerbContext context, string? queue) => throw new NotSupportedException("wired by the lead");
    }
}
