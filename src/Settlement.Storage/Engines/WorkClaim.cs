namespace Settlement.Storage.Engines;

/// <summary>
/// Another worker has taken over what this one had claimed. This worker's transaction is rolled back, and the other one does the work.
/// </summary>
public sealed class ClaimLostException(string message) : Exception(message);

/// <summary>
/// The right to do a piece of work while no other worker does it, until disposed. Claims avoid doing work twice. That nothing is written twice is
/// ensured by the account's version and by unique keys.
/// </summary>
public abstract class WorkClaim : IDisposable
{
    /// <summary>For a store that only one worker can use.</summary>
    public static readonly WorkClaim Alone = new NoClaim();

    /// <summary>Called before a commit. Throws <see cref="ClaimLostException"/> if another worker has the claim by now.</summary>
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
