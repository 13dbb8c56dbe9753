using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage;
using Settlement.Storage.Retention;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>How large the store is, and what leaves next (7.4). It costs a bounded number of reads.</summary>
/// <param name="Bytes">The size of the database without its log. Null: the server does not say.</param>
/// <param name="FreeBytes">How much of it is free to be used again.</param>
/// <param name="KeptFrom">The start of the kept span: usage of earlier hours has left or is leaving. Null: nothing has left.</param>
/// <param name="Next">The usage that leaves next. Null: there is none, or it stays for ever.</param>
internal sealed record SizeView(long? Bytes, long? FreeBytes, IReadOnlyList<SizeView.Table> Tables, string? KeptFrom, SizeView.Leaving? Next)
{
    private const long BytesPerMb = 1 << 20;

    public static SizeView Of(Session session, BillingSettings settings, StoreState state, ViewMaker views)
    {
        var size = StoreSize.Of(session);
        return new SizeView(
            size.Bytes,
            size.FreeBytes,
            [.. size.Tables.Select(t => new Table(t.Name, t.Number, IsAtLeast(t.Number, t.Bytes), t.Bytes))],
            state.KeptFromUs is { } us ? views.Time(us) : null,
            NextToLeave.Of(session, settings) is { } next
                ? new Leaving(views.Time(next.Hour.StartUs), views.Time(next.AtUs), next.Events, next.Events == StoreSize.MostCounted,
                    next.AtUs <= state.LastRunUs) : null);
    }

    public void Print(Listing listing)
    {
        listing.Say("");
        listing.Say(Bytes is { } bytes ? $"Size: {Mb(bytes)}, of which {Mb(FreeBytes!.Value)} are free to be used again"
            : "Size: the server does not say");
        if (Tables.Count > 0)
            listing.Table(Tables,
                [new("TABLE", t => t.Name), new("ROWS", t => AtLeast(t.Rows, t.IsAtLeast), RightAligned: true),
                new("SIZE", t => t.Bytes is { } b ? Mb(b) : null, RightAligned: true)]);
        listing.Lines(
            ("Kept from", KeptFrom is null ? "the beginning: no usage has left" : Figures.Short(KeptFrom)),
            ("Leaves next", Next is not { } next ? "nothing"
                : $"{AtLeast(next.Events, next.IsAtLeast)} events of the hour from {Figures.Short(next.Hour)}, {(next.IsOverdue ? "due since" : "at")} {Figures.Short(next.At)}"));
    }

    private static bool IsAtLeast(long rows, long? bytes) => bytes is null && rows == StoreSize.MostCounted;

    private static string AtLeast(long rows, bool isAtLeast) => isAtLeast ? $"{Figures.Count(rows)} or more" : Figures.Count(rows);

    private static string Mb(long bytes) => $"{Figures.Count((bytes + (BytesPerMb / 2)) / BytesPerMb)} MB";

    /// <param name="Name"><c>usage</c>, <c>identities</c>, <c>notices</c> or <c>commands</c>.</param>
    /// <param name="IsAtLeast">There are more rows: on SQLite they are counted up to a limit.</param>
    /// <param name="Bytes">With its indexes. Null: the engine does not say (SQLite).</param>
    internal sealed record Table(string Name, long Rows, bool IsAtLeast, long? Bytes);

    /// <param name="Hour">The start of the hour whose closing took the events.</param>
    /// <param name="At">When they leave.</param>
    /// <param name="IsOverdue">Their time has come: they leave while usage keeps coming in, or something of them is held or not settled.</param>
    internal sealed record Leaving(string Hour, string At, long Events, bool IsAtLeast, bool IsOverdue);
}
