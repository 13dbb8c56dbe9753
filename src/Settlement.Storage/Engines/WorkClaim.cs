namespace Settlement.Storage.Engines;

/// <summary>Another worker has taken over what this one had claimed. Its transaction is rolled back; the other does the work.</summary>
public sealed class ClaimLostException(string message) : Exception(message);

/// <summary>
/// The right to do a piece of work while no other worker does, until disposed. Claims save work that is done twice; that nothing is written twice rests on the account's
/// version and unique keys.
/// </summary>
public abstract class WorkClaim : IDisposable
{
    /// <summary>For a store that only one can work on.</summary>
    public static readonly WorkClaim Alone = new NoClaim();

    /// <summary>Before a commit: throws <see cref="ClaimLostException"/> if another worker has the claim by now.</summary>
    public abstract void Assert(Session session);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    private sealed class NoClaim : WorkClaim
    {
        public override void Assert(Session session)
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
