namespace Settlement.Storage.Engines;

/// <summary>
/// A claim stored as a row with a fence, timed by the clock of the database. While the claim is held, a timer extends it. A worker that ends or is
/// cut off stops extending it, and after half a minute at most anyone can take over the work.
/// </summary>
internal sealed class SqlServerClaim : WorkClaim
{
    /// <summary>Names that begin with this belong to one worker and are never claimed again, so their rows are removed with the worker.</summary>
    public const string Running = "run ";
    private const string Draining = "drain ";

    private const long FirstFence = 1;

    /// <summary>A worker that is ending waits no longer than this for a server that does not answer. The claim expires by itself.</summary>
    private static readonly TimeSpan GivingBack = TimeSpan.FromSeconds(5);

    /// <summary>A worker that was halted for less than this is still known by its claims when it wakes up.</summary>
    private static readonly TimeSpan GoneAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan HeldFor = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ExtendEvery = TimeSpan.FromSeconds(5);

    private readonly SqlServerEngine engine;
    private readonly string name;
    private readonly long fence;
    private readonly Timer timer;

    private SqlServerClaim(SqlServerEngine engine, string name, long fence)
    {
        this.engine = engine;
        this.name = name;
        this.fence = fence;
        timer = new Timer(_ => Extend(), null, ExtendEvery, ExtendEvery);
    }

    private static long HeldForUs => (long)HeldFor.TotalMicroseconds;

    public static SqlServerClaim? TryTake(SqlServerEngine engine, string name, string worker)
    {
        using var session = engine.Alone();
        var take = new { Name = name, Worker = worker, ForUs = HeldForUs };
        var taken = session.One<long?>("claim/take", take) ?? (Added(session, take) ? FirstFence : (long?)null);
        return taken is { } number ? new SqlServerClaim(engine, name, number) : null;
    }

    /// <summary>Removes what was left by workers that are gone because they did not shut down properly.</summary>
    public static void ForgetGone(Session session)
    {
        session.Execute("claim/forget-gone", new { Names = Running + "%", GoneUs = 0L });
        session.Execute("claim/forget-gone", new { Names = Draining + "%", GoneUs = (long)GoneAfter.TotalMicroseconds });
    }

    public override void Assert(Session session)
    {
        if (session.One<long?>("claim/held", new { Name = name, Fence = fence }) is null)
            throw new ClaimLostException($"Another worker has taken over '{name}'.");
    }

    protected override void Dispose(bool disposing)
    {
        timer.Dispose();
        Task.Run(() => Do(IsOfOneWorker(name) ? "claim/remove" : "claim/release")).Wait(GivingBack);
    }

    /// <summary>Whether there was no row yet and this worker has just created it.</summary>
    private static bool Added(Session session, object take)
    {
        try
        {
            return session.Execute("claim/add", take) == 1;
        }
        catch (System.Data.Common.DbException) when (session.One<long?>("claim/fence", take) is not null)
        {
            return false;
        }
    }

    private static bool IsOfOneWorker(string name) =>
        name.StartsWith(Running, StringComparison.Ordinal) || name.StartsWith(Draining, StringComparison.Ordinal);

    private void Extend() => Do("claim/extend");

    private void Do(string statement)
    {
        try
        {
            using var session = engine.Alone();
            session.Execute(statement, new { Name = name, Fence = fence, ForUs = HeldForUs });
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException)
        {
            // There is no server, or no free connection in the pool, or the connection was lost. An exception on a timer's thread would end the
            // process. The claim expires by itself, and Assert checks everything written under it.
        }
    }
}
