using System.Runtime.InteropServices;
using Settlement.Domain.Time;

namespace Settlement.Domain.Packages;

/// <summary>A lot while calls are drawn from it.</summary>
public sealed class DrawnLot(Lot lot)
{
    public Lot Lot { get; } = lot;

    public long Left { get; private set; } = lot.Left;

    public long Drawn => Lot.Left - Left;

    public void Draw(long calls) => Left -= calls;
}

/// <summary>
/// The lots of one scope while a closing draws on them. Calls must be given in the order of 4.1: each draw takes from what the earlier ones left.
/// </summary>
public sealed class Drawing
{
    private readonly DrawnLot[] sorted;
    private readonly Dictionary<string, Queue> queues = new(StringComparer.Ordinal);

    public Drawing(IEnumerable<Lot> lots)
    {
        sorted = lots.Order(LotOrder.Instance).Select(l => new DrawnLot(l)).ToArray();
    }

    public IEnumerable<DrawnLot> Changed => sorted.Where(l => l.Drawn > 0);

    /// <summary>Draws calls of one project made within a piece of the hour. Returns how many calls no lot covers.</summary>
    public long Draw(Period piece, string? project, long calls, Action<DrawnLot, long> drawn)
    {
        var queue = QueueOf(project);
        queue.SkipUsedUp();
        for (var i = queue.First; i < queue.Lots.Length && calls > 0; i++)
        {
            var lot = queue.Lots[i];
            if (lot.Left == 0 || !lot.Lot.Life.Covers(piece))
                continue;
            var here = Math.Min(calls, lot.Left);
            lot.Draw(here);
            drawn(lot, here);
            calls -= here;
        }

        return calls;
    }

    /// <summary>
    /// Whether the order of single calls decides who is covered: there are several claimants, and some lot of the piece is too small for all of them.
    /// Otherwise the counts are enough, and the order does not matter.
    /// </summary>
    public bool OrderMatters(Period piece, IReadOnlyList<ProjectCalls> claims)
    {
        if (claims.Count < 2)
            return false;
        var calls = claims.Sum(c => c.Calls);
        return Array.Exists(sorted, l => l.Left > 0 && l.Left < calls && l.Lot.Life.Covers(piece));
    }

    private Queue QueueOf(string? project)
    {
        ref var queue = ref CollectionsMarshal.GetValueRefOrAddDefault(queues, project ?? "", out _);
        return queue ??= new Queue([.. LotOrder.Queue(project, sorted, l => l.Lot)]);
    }

    private sealed class Queue(DrawnLot[] lots)
    {
        public DrawnLot[] Lots { get; } = lots;

        public int First { get; private set; }

        public void SkipUsedUp()
        {
            while (First < Lots.Length && Lots[First].Left == 0)
                First++;
        }
    }
}

/// <summary>
/// Calls of one project (null: none) in a piece of an hour. <see cref="Waived"/>: released from quarantine, so billable although not subscribed.
/// </summary>
public readonly record struct ProjectCalls(string? Project, bool Waived, long Calls);
