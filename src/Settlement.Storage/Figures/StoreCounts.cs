using System.Data.Common;
using Settlement.Storage.Notices;

namespace Settlement.Storage.Figures;

/// <summary>Counts over the whole store, for metrics. None of them is used in a decision.</summary>
public static class StoreCounts
{
    /// <summary>
    /// Without a broker, notices wait for ever. No more than these are looked at, so that a look takes a fraction of a second.
    /// </summary>
    public const long MostNotices = 100_000;

    /// <summary>Held entries by reason, with their value in units of the currency.</summary>
    public static List<HeldFigure> Held(Session session) => session.Rows<HeldFigure>("figures/quarantine");

    /// <summary>Accounts in grace, frozen or released.</summary>
    public static long InArrears(Session session) => session.One<long>("figures/arrears");

    /// <summary>The notices that wait: at most <see cref="MostNotices"/>, and the oldest of those.</summary>
    public static WaitingNotices Outbox(Session session) => session.One<WaitingNotices>("figures/outbox", new { Most = MostNotices })!;

    /// <summary>The size of the store's files of data; null if the server does not tell.</summary>
    public static long? Bytes(Session session)
    {
        try
        {
            return session.One<long?>("figures/bytes");
        }
        catch (DbException)
        {
            // A server that is not quite SQL Server. If it is away, the other figures say so.
            return null;
        }
    }
}

public sealed class HeldFigure
{
    public string Reason { get; init; } = "";

    public long Entries { get; init; }

    /// <summary>Calls times the price of the tier next to be charged when they were held; what has no price counts as 0.</summary>
    public double Value { get; init; }
}
