using Settlement.Storage.Parking;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>What verbs that take in data or let time pass say about parked accounts (2.5): no account is silently passed over.</summary>
internal static class ParkedNow
{
    /// <summary>Says which accounts are parked; true if any are, which makes the exit code <see cref="Exit.Differs"/>.</summary>
    public static bool Say(VerbContext context, OpenStore open)
    {
        var parked = open.Store.Read(ParkedAccounts.Count);
        if (parked.Accounts > 0)
            context.Listing.Say($"{Figures.Of(parked.Accounts, "account")} parked: what is due for them waits (settlement parked list).");
        return parked.Accounts > 0;
    }
}
