using Settlement.Domain.Plans;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Storage;

namespace Settlement.Engine.Closings;

/// <summary>
/// Puts into quarantine what a closing did not cover (5.5), from the stored usage and in its order (4.1), some thousands of events per statement.
/// That way no statement runs into its time limit, and none takes so many locks that the database locks the whole table.
/// </summary>
internal sealed class UncoveredHolds(SettlementStore store)
{
    /// <summary>Events per statement.</summary>
    public const int EventsPerStatement = 4000;

    public void Write(Session session, ClosingRun run, Plan plan)
    {
        foreach (var held in plan.Held)
            Write(session, new Piece(session, store, run, plan, held));
    }

    private static void Write(Session session, Piece piece)
    {
        var (from, end) = (Mark.Before(piece.Held.Piece.StartUs), Mark.Before(piece.Held.Piece.EndUs));
        foreach (var to in MarksIn(session, piece, from, end).Append(end))
        {
            piece.Hold(session, from, to);
            from = to;
        }
    }

    /// <summary>
    /// The boundaries between the statements; none if one statement is enough for the piece. Every event has at least one call, so there are never
    /// more events than calls.
    /// </summary>
    private static List<Mark> MarksIn(Session session, Piece piece, Mark from, Mark end) =>
        piece.Held.Skip + piece.Held.Calls <= EventsPerStatement ? []
            : [.. session.Stream<Mark>("quarantine/uncovered-chunks", piece.Between(from, end))];

    /// <summary>A place in the order of events: right after the event that it names.</summary>
    internal sealed class Mark
    {
        public long TimeUs { get; init; }

        public string Source { get; init; } = "";

        public string EventId { get; init; } = "";

        public long Part { get; init; }

        /// <summary>Calls of the piece up to this place.</summary>
        public long UpTo { get; init; }

        /// <summary>No text sorts before the empty one.</summary>
        public static Mark Before(long timeUs) => new() { TimeUs = timeUs };
    }

    private sealed class Piece(Session session, SettlementStore store, ClosingRun run, Plan plan, HeldCalls held)
    {
        private readonly BillingHour hour = BillingHour.Of(held.Piece.StartUs);
        private readonly long projectNo = store.Words.NumberOf(session, WordKind.Project, held.Project);

        public HeldCalls Held { get; } = held;

        public void Hold(Session session, Mark from, Mark to) => session.Execute("quarantine/hold-uncovered", Between(from, to));

        /// <summary>The parameters of both statements.</summary>
        public object Between(Mark from, Mark to) => new
        {
            Held.Reason,
            Held.Skip,
            Held.UnitPriceE10,
            HeldUs = plan.Time.NowUs,
            Slot = run.SlotOf(hour),
            plan.Before.AccountNo,
            Held.ScopeNo,
            UseHour = hour,
            ProjectNo = projectNo,
            Waived = Held.Waived ? 1L : 0L,
            Held.Piece.StartUs,
            Held.Piece.EndUs,
            Most = (long)EventsPerStatement,
            CallsBefore = from.UpTo,
            AfterUs = from.TimeUs,
            AfterSource = from.Source,
            AfterEventId = from.EventId,
            AfterPart = from.Part,
            LastUs = to.TimeUs,
            LastSource = to.Source,
            LastEventId = to.EventId,
            LastPart = to.Part,
        };
    }
}
