using System.CommandLine;
using System.Text;
using Settlement.Domain.Time;
using Settlement.Worker.Bus;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Unreadable messages (INTERFACE 1, 2). Each of its verbs is a class below.</summary>
internal sealed class ErrorsVerb : Command
{
    public ErrorsVerb()
        : base("errors", "Unreadable messages in the error queues.")
    {
        Add(new ListVerb());
        Add(new ReplayVerb());
    }

    private static Option<string> Queue() => new Option<string>("--queue")
    {
        Description = "messages that were meant for this queue only", HelpName = string.Join('|', BrokerTopology.Inputs),
    }.AcceptOnlyFromAmong([.. BrokerTopology.Inputs]);

    private static IEnumerable<(string Name, ErrorQueue Errors)> Queues(VerbContext context, string? queue)
    {
        if (!context.Settings.RabbitMq.HasHost)
            throw new BadInputException("RabbitMq:Host: no broker is configured, so there are no error queues");
        return BrokerTopology.Inputs.Where(q => queue is null || q == queue).Select(q => (q, new ErrorQueue(context.Settings.RabbitMq, q)));
    }

    private sealed class ListVerb : Verb
    {
        private const int Most = 1_000;
        private const int BodyShown = 200;

        private readonly Option<string> _queue = Queue();

        public ListVerb()
            : base("list", "The messages, with reason and age; they stay where they are.")
        {
            Add(_queue);
            Add(OutputOption);
            Does((parsed, context, cancel) => RunAsync(context, parsed.GetValue(_queue), cancel));
        }

        private static async Task<int> RunAsync(VerbContext context, string? queue, CancellationToken cancel)
        {
            var messages = new List<ErrorView>();
            foreach (var (_, errors) in Queues(context, queue))
            {
                var listed = await errors.ListAsync(Most, cancel);
                messages.AddRange(listed.Select(m => View(context, m)));
                if (listed.Count == Most)
                    context.Error.WriteLine($"Only the oldest {Figures.Count(Most)} of each queue are listed.");
            }

            context.Listing.Rows(
                messages,
                [
                    new("ID", m => m.Id), new("QUEUE", m => m.Queue), new("AGE", m => m.Age), new("BYTES", m => Figures.Count(m.Bytes), RightAligned: true),
                    new("REASON", m => m.Reason), new("CONTENT TYPE", m => m.ContentType, Detail: true), new("BODY", m => m.Body, Detail: true),
                ]);
            return Exit.Done;
        }

        private static ErrorView View(VerbContext context, ErrorMessage message)
        {
            var text = Encoding.UTF8.GetString(message.Body.Span);
            return new ErrorView(
                message.Id,
                message.Queue,
                message.Reason,
                message.At is { } at ? context.Settings.Billing.TimeZone.Show(Instant.OfUs(at)) : null,
                message.At is { } then ? Figures.Age(context.NowUs - Instant.OfUs(then)) : null,
                message.ContentType,
                message.Body.Length,
                text.Length <= BodyShown ? text : text[..BodyShown] + "…");
        }
    }

    private sealed class ReplayVerb : Verb
    {
        private readonly Option<string> _queue = Queue();

        public ReplayVerb()
            : base("replay", "Puts the messages back into the queues they were meant for.")
        {
            Add(_queue);
            Add(OutputOption);
            Does((parsed, context, cancel) => RunAsync(context, parsed.GetValue(_queue), cancel));
        }

        private static async Task<int> RunAsync(VerbContext context, string? queue, CancellationToken cancel)
        {
            var replayed = new List<ReplayView>();
            foreach (var (name, errors) in Queues(context, queue))
                replayed.Add(new ReplayView(name, await errors.ReplayAsync(ids: null, cancel)));
            context.Listing.Rows(replayed, [new("QUEUE", r => r.Queue), new("REPLAYED", r => Figures.Count(r.Replayed), RightAligned: true)]);
            return Exit.Done;
        }
    }

    private sealed record ErrorView(string Id, string Queue, string Reason, string? At, string? Age, string? ContentType, long Bytes, string Body);

    private sealed record ReplayView(string Queue, long Replayed);
}
