using System.Data.Common;
using Settlement.Storage;
using Settlement.Storage.Engines;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>The worker's process ends here.</summary>
internal sealed class CrashException() : Exception("the worker ended");

/// <summary>What a client sees if the connection breaks after its commit has been made.</summary>
internal sealed class AnswerLostException() : DbException("the commit was made, its answer was lost");

/// <summary>
/// A real SQLite store whose worker ends in the middle of its work: at one of its next writes, before a transaction or within it, or after a
/// transaction has been committed.
/// </summary>
internal sealed class CrashingEngine(IEngine engine) : IEngine
{
    private int left = int.MaxValue;

    public string Name => engine.Name;

    /// <summary>
    /// Called after a transaction has been committed and before the caller is told. If it throws, the caller sees only that exception.
    /// </summary>
    public Action? Committed { get; set; }

    public void CrashAfter(int steps) => left = steps;

    public string Describe() => engine.Describe();

    public Session Read() => engine.Read();

    public Session Write()
    {
        Step();
        var session = engine.Write();
        session.OnCommit(() => Committed?.Invoke());
        return session;
    }

    public void TakeGuard(Session session, bool exclusive) => engine.TakeGuard(session, exclusive);

    public void Insert(Session session, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows)
    {
        Step();
        engine.Insert(session, table, columns, rows);
    }

    public IReadOnlyList<Claimed> ClaimIdentities(Session session, IReadOnlyList<NewIdentity> claims) => engine.ClaimIdentities(session, claims);

    public long NewWordNo(Session session, WordKind kind) => engine.NewWordNo(session, kind);

    public long NewScopeNo(Session session) => engine.NewScopeNo(session);

    public bool MayRetry(DbException error) => error is AnswerLostException || engine.MayRetry(error);

    public WorkClaim? TryClaim(string name) => engine.TryClaim(name);

    public IReadOnlyList<string> Claimants(string prefix) => engine.Claimants(prefix);

    public void ForgetClaims(Session session, string prefix) => engine.ForgetClaims(session, prefix);

    public bool Exists => engine.Exists;

    public string? CopyBefore(string what, DateTimeOffset now) => engine.CopyBefore(what, now);

    public int Migrate(Action<string> log) => engine.Migrate(log);

    public IReadOnlyList<string> SchemaDifferences() => engine.SchemaDifferences();

    public DatabaseFaults Faults() => engine.Faults();

    public IDisposable? TryAttach(out string? holder) => engine.TryAttach(out holder);

    public string? AttachedWorker() => engine.AttachedWorker();

    public void Dispose() => engine.Dispose();

    private void Step()
    {
        if (left-- == 0)
            throw new CrashException();
    }
}
