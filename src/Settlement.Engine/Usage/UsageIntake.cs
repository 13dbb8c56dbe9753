using System.Text.Json;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Usage;

/// <summary>
/// Stores arriving usage so that one event never holds up the others (2.5). A batch that fails because of a fact is divided until the failing event
/// is alone; that event is held as malformed with its error. If the database is unreachable, nothing is divided: its error is thrown, and the caller
/// must try the batch again.
/// </summary>
public sealed class UsageIntake(SettlementStore store, UsageArrivals usage)
{
    /// <summary>Tries of a divided batch and of a single event. The whole batch has already waited for other writers.</summary>
    private const int Tries = 3;

    /// <summary>
    /// Stores the whole batch in one transaction, or in several if an event is at fault. The caller acknowledges after this returns.
    /// </summary>
    public IngestCounts Store(IReadOnlyList<Arrival> arrivals) => Store(arrivals, SettlementStore.Attempts);

    private IngestCounts Store(IReadOnlyList<Arrival> arrivals, int tries)
    {
        try
        {
            return usage.Store(arrivals, tries);
        }
        catch (Exception error) when (arrivals.Count > 0 && ContentFault.MayBe(error))
        {
            ContentFault.AssertWorks(store);
            return arrivals.Count == 1 ? StoreAlone(arrivals[0], error) : StoreInHalves(arrivals);
        }
    }

    private IngestCounts StoreInHalves(IReadOnlyList<Arrival> arrivals)
    {
        var half = arrivals.Count / 2;
        return Store([.. arrivals.Take(half)], Tries) + Store([.. arrivals.Skip(half)], Tries);
    }

    /// <summary>
    /// An event is set aside only if it fails again with the same error while the database works. Any other error is not the event's fault.
    /// </summary>
    private IngestCounts StoreAlone(Arrival arrival, Exception error)
    {
        try
        {
            return usage.Store([arrival], Tries);
        }
        catch (Exception again) when (ContentFault.MayBe(again) && again.GetType() == error.GetType() && again.Message == error.Message)
        {
            ContentFault.AssertWorks(store);
            return usage.Store([arrival with { Event = ReadEvent.Of(SetAside(arrival.Event, error)) }], Tries);
        }
    }

    /// <summary>
    /// Takes no identity, so that the event can be sent again once its fault is fixed. Nothing of it is stored except a text to look at.
    /// </summary>
    private static MalformedCall SetAside(ReadEvent read, Exception error)
    {
        var raw = read.Malformed?.Raw ?? Show(read.Call!);
        var hash = read.Malformed?.RawHash ?? CallHash.Text(raw);
        return new MalformedCall("event", $"can't be stored: {error.Message}", raw, hash, null, null, null, null, null, null, null, null, null);
    }

    private static string Show(UsageCall call) => JsonSerializer.Serialize(new
    {
        id = call.Id,
        source = call.Source,
        account = call.Account,
        api = call.Api,
        region = call.Region,
        time = Instant.Show(call.TimeUs, 0),
        status = call.Status,
        count = call.Count,
        project = call.Project,
    });
}
