using System.CommandLine;
using System.Text;
using Settlement.Domain.Time;
using Settlement.Worker.Bus;
using Settlement.Worker.Ingest;
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
        Add(new DiscardVerb());
    }

    private static Argument<string[]> Ids() =>
        new("ID") { Description = "ids of messages, as errors list shows them", Arity = ArgumentArity.ZeroOrMore };

    private static Option<string> Queue() => new Option<string>("--queue")
    {
        Description = "only messages that were meant for this queue", HelpName = string.Join('|', BrokerTopology.Inputs),
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
        private const int ReasonShown = 1_000;
        private const int BodyShown = 200;

        /// <summary>No character takes more than four bytes.</summary>
        private const int BodyRead = 4 * (BodyShown + 1);

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
                // Only what is shown of each message is kept.
                var listed = messages.Count;
                await foreach (var message in errors.ListAsync(Most, cancel))
                    messages.Add(View(context, message));
                if (messages.Count - listed == Most)
                    context.Error.WriteLine($"Only the oldest {Figures.Count(Most)} of each queue are listed.");
            }

            context.Listing.Rows(
                messages,
                [
                    new("ID", m => m.Id), new("QUEUE", m => m.Queue), new("AGE", m => m.Age),
                    new("BYTES", m => Figures.Count(m.Bytes), RightAligned: true),
                    new("REASON", m => m.Reason), new("CONTENT TYPE", m => m.ContentType, Detail: true), new("BODY", m => m.Body, Detail: true),
                ]);
            return Exit.Done;
        }

        private static ErrorView View(VerbContext context, ErrorMessage message)
        {
            return new ErrorView(
                message.Id,
                message.Queue,
                Cut(message.Reason, ReasonShown),
                message.At is { } at ? context.Settings.Billing.TimeZone.Show(Instant.OfUs(at)) : null,
                message.At is { } then ? Figures.Age(context.NowUs - Instant.OfUs(then)) : null,
                message.ContentType,
                message.Body.Length,
                Cut(Encoding.UTF8.GetString(message.Body.Span[..Math.Min(message.Body.Length, BodyRead)]), BodyShown));
        }

        private static string Cut(string text, int most) => text.Length <= most ? text : text[..most] + "…";
    }

    private sealed class ReplayVerb : Verb
    {
        private readonly Argument<string[]> _ids = Ids();
        private readonly Option<string> _queue = Queue();

        public ReplayVerb()
            : base("replay", "Puts the messages, or only those named, back into the queues they were meant for.")
        {
            Add(_queue);
            Add(OutputOption);
            Add(_ids);
            Does((parsed, context, cancel) => RunAsync(context, parsed.GetValue(_queue), parsed.GetValue(_ids) ?? [], cancel));
        }

        private static async Task<int> RunAsync(VerbContext context, string? queue, IReadOnlyCollection<string> ids, CancellationToken cancel)
        {
            await NeedAsync(context, queue, ids, cancel);
            var replayed = new List<ReplayView>();
            foreach (var (name, errors) in Queues(context, queue))
                replayed.Add(new ReplayView(name, await errors.ReplayAsync(ids.Count > 0 ? ids : null, cancel)));
            context.Listing.Rows(replayed, [new("QUEUE", r => r.Queue), new("REPLAYED", r => Figures.Count(r.Replayed), RightAligned: true)]);
            return Exit.Done;
        }
    }

    private sealed class DiscardVerb : Verb
    {
        private readonly Argument<string[]> _ids = Ids();
        private readonly Option<bool> _all = new("--all") { Description = "all messages, or those of --queue" };
        private readonly Option<string> _queue = Queue();

        public DiscardVerb()
            : base("discard", "Discards messages for good: those named, or --all.")
        {
            Add(_all);
            Add(_queue);
            Add(OutputOption);
            Add(_ids);
            Validators.Add(result =>
            {
                if (result.GetValue(_all) == (result.GetValue(_ids) is { Length: > 0 }))
                    result.AddError("Name messages, or say --all");
            });
            Does((parsed, context, cancel) => RunAsync(context, parsed.GetValue(_queue), parsed.GetValue(_ids) ?? [], cancel));
        }

        private static async Task<int> RunAsync(VerbContext context, string? queue, IReadOnlyCollection<string> ids, CancellationToken cancel)
        {
            await NeedAsync(context, queue, ids, cancel);
            var discarded = new List<DiscardView>();
            foreach (var (name, errors) in Queues(context, queue))
                discarded.Add(new DiscardView(name, await errors.DiscardAsync(ids.Count > 0 ? ids : null, cancel)));
            context.Listing.Rows(discarded, [new("QUEUE", r => r.Queue), new("DISCARDED", r => Figures.Count(r.Discarded), RightAligned: true)]);
            return Exit.Done;
        }
    }

    /// <summary>A mistyped id changes nothing, even if others are right.</summary>
    private static async Task NeedAsync(VerbContext context, string? queue, IReadOnlyCollection<string> ids, CancellationToken cancel)
    {
        var missing = new HashSet<string>(ids, StringComparer.OrdinalIgnoreCase);
        foreach (var (_, errors) in Queues(context, queue))
        {
            if (missing.Count == 0)
                return;
            await foreach (var message in errors.ListAsync(int.MaxValue, cancel))
                missing.Remove(message.Id);
        }

        if (missing.Count > 0)
            throw new BadInputException($"There is no message {string.Join(", ", missing.Order(StringComparer.Ordinal))} in the error queues; nothing was changed");
    }

    private sealed record ErrorView(string Id, string Queue, string Reason, string? At, string? Age, string? ContentType, long Bytes, string Body);

    private sealed record ReplayView(string Queue, long Replayed);

    private sealed record DiscardView(string Queue, long Discarded);
}
