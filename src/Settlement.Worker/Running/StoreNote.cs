using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Parking;

namespace Settlement.Worker.Running;

/// <summary>Something that people should know of and that keeps no worker from its work.</summary>
/// <param name="What"><c>hold</c>, <c>parked</c>.</param>
/// <param name="Says">In words that anyone may see.</param>
internal sealed record StoreNote(string What, string Says, string? Since)
{
    public static IReadOnlyList<StoreNote> Of(StoreState state, ParkedCount parked, BillingZone zone)
    {
        var notes = new List<StoreNote>();
        if (state.HeldSinceUs is { } heldUs)
            notes.Add(new StoreNote("hold", "closings are on hold", zone.Show(heldUs)));
        if (parked.OldestUs is { } parkedUs)
            notes.Add(new StoreNote("parked", $"parked accounts: {parked.Accounts}", zone.Show(parkedUs)));
        return notes;
    }
}
