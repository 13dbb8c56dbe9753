namespace Settlement.Storage.Engines;

/// <summary>
/// A claim as a row with a fence, by the clock of the database. While it is held a timer extends it; a worker that ends or is cut off stops doing so, and
/// half a minute later at most the work is anyone's.
/// </summary>
internal sealed class SqlServerClaim : WorkClaim
{
    private const long FirstFence = 1;
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
        using var session = engine.Read();
        var take = new { Name = name, Worker = worker, ForUs = HeldForUs };
        var taken = session.One<long?>("claim/take", take) ?? (Added(session, take) ? FirstFence : (long?)null);
        return taken is { } number ? new SqlServerClaim(engine, name, number) : null;
    }

    public override void Assert(Session session)
    {
        if (session.One<long?>("claim/held", new { Name = name, Fence = fence }) is null)
            throw new ClaimLostException($"Another worker has taken over '{name}'.");
    }

    protected override void Dispose(bool disposing)
    {
        timer.Dispose();
        Do("claim/release");
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

    private void Extend() => Do("claim/extend");

    private void Do(string statement)
    {
        try
        {
            using var session = engine.Read();
            session.Execute(statement, new { Name = name, Fence = fence, ForUs = HeldForUs });
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException)
        {
            // No server, or no connection free in the pool; on a timer's thread it would end the process. It runs out by itself; what is written under it is judged by Assert.
        }
    }
}
