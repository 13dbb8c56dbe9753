// What metrics count over the whole store, and what is told of each batch and each command once it is committed.

using Settlement.Domain.Time;
using Settlement.Engine.Commands;
using Settlement.Storage.Figures;
using Settlement.Storage.Notices;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

public abstract partial class StorageContract
{
    [Fact]
    public void The_store_is_counted_for_metrics()
    {
        Subscribed("a1");
        Ingest(Call("1", 10), Call("2", 3, "nobody"), Call("3", 4, "no one"), Call("4", 1_000_000, region: "nowhere"));
        closings.Settle(closings.Begin(NineUs + 2 * Instant.PerHourUs)!, () => NineUs + 2 * Instant.PerHourUs);

        Assert.Equal(
            [("unknown-account", 2L, 1.05), ("unknown-region", 1L, 0d)],
            Store.Read(StoreCounts.Held).OrderBy(h => h.Reason, StringComparer.Ordinal).Select(h => (h.Reason, h.Entries, Math.Round(h.Value, 9))));
        Assert.Equal(1, Store.Read(StoreCounts.InArrears));
        var outbox = Store.Read(StoreCounts.Outbox);
        var all = Store.Read(Outbox.Waiting);
        Assert.Equal((all.Notices, all.OldestUs), (outbox.Notices, outbox.OldestUs));
        Assert.True(Store.Read(StoreCounts.Bytes) is null or > 0);
    }

    [Fact]
    public void What_was_stored_and_answered_is_told_once_it_is_committed()
    {
        var (stored, answered) = (new List<int>(), new List<AnsweredCommand>());
        usage.Stored = times => stored.Add(times.Count);
        commands.Answered = answered.Add;
        Subscribed("a1");
        Do("""{"id":"no","type":"refund-package","package":"none"}""");
        Ingest(Call("1", 10), Call("1", 10), Call("2", 3, "nobody"));
        Ingest(Call("1", 10));

        Assert.Equal([1], stored);
        Assert.Equal(["open-account ", "subscribe ", "refund-package unknown-package"], answered.Select(a => $"{a.Type} {a.Refusal}"));
    }
}
