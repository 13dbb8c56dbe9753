namespace Settlement.Storage.Engines;

/// <summary>
/// A claim as a row with a fence, by the clock of the database. While it is held a timer extends it; a worker that ends or is cut off stops doing so, and
/// half a minute later at most the work is anyone's.
/// </summary>
internal sealed class SqlServerClaim : WorkClaim
{
    /// <summary>Names that begin so are of one worker and never taken again: their rows go with it.</summary>
    public const string Running = "run ";
    private const string Draining = "drain ";

    private const long FirstFence = 1;

    /// <summary>Whoever ends does not wait longer for a server that does not answer: the claim runs out by itself.</summary>
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

    /// <summary>Removes what workers that are gone have left: those that ended otherwise than in order.</summary>
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

    /// <summary>Whether there was no row yet, and it is this worker that has made it.</summary>
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

    private static bool IsOfOneWorker(string name) => name.StartsWith(Running, StringComparison.Ordinal) || name.StartsWith(Draining, StringComparison.Ordinal);

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
            // No server, no connection free in the pool, or one that has ended meanwhile; on a timer's thread it would end the process. The claim runs out by
            // itself; what is written under it is judged by Assert.
        }
    }
}
