using System.Data.Common;

namespace Settlement.Storage.Engines;

/// <summary>
/// All the differences between databases. The statements are shared. The few that can't be shared are methods here, or texts in the engine's own
/// folder of statements.
/// </summary>
public interface IEngine : IDisposable
{
    string Name { get; }

    /// <summary>Which database this is, worded for people.</summary>
    string Describe();

    /// <summary>A connection for reading only: its session refuses statements that write.</summary>
    Session Read();

    /// <summary>A write transaction. It waits for its turn; on SQLite there is one writer at a time.</summary>
    Session Write();

    /// <summary>Held shared while usage is stored, and exclusively for the moment in which hours are closed (7.2).</summary>
    void TakeGuard(Session session, bool exclusive);

    /// <summary>Inserts many rows into a table, with columns in the given order. For the hot paths.</summary>
    void Insert(Session session, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows);

    /// <summary>
    /// Claims identities in order. For each one, tells whether it is new, or already known with the same or with different content (7.1). New ones
    /// are stored.
    /// </summary>
    IReadOnlyList<Claimed> ClaimIdentities(Session session, IReadOnlyList<NewIdentity> claims);

    /// <summary>A number for a text id (<see cref="Words"/>) that is not in use yet. A number that ends up unused stays unused.</summary>
    long NewWordNo(Session session, WordKind kind);

    /// <summary>A number for a scope that is not in use yet. A number that ends up unused stays unused.</summary>
    long NewScopeNo(Session session);

    /// <summary>
    /// Whether a transaction that ended with an error may be repeated from the start: another writer was first, or the connection broke.
    /// </summary>
    bool MayRetry(DbException error);

    /// <summary>Claims a piece of work by name; null while another worker has it.</summary>
    WorkClaim? TryClaim(string name);

    /// <summary>
    /// Who holds claims whose names begin with this prefix, be it other workers or this one. A store that only one worker can use has none.
    /// </summary>
    IReadOnlyList<string> Claimants(string prefix);

    /// <summary>All work claimed under names that begin with this prefix is done. Nobody will claim it again.</summary>
    void ForgetClaims(Session session, string prefix);

    /// <summary>Whether any part of a store exists. Always true where a program can't create a database.</summary>
    bool Exists { get; }

    /// <summary>
    /// Copies the store, in its current state, next to itself, if that is the program's responsibility. Returns the copy's name, or null.
    /// </summary>
    string? CopyBefore(string what, DateTimeOffset now);

    /// <summary>Brings the schema up to date; returns how many scripts ran.</summary>
    int Migrate(Action<string> log);

    /// <summary>
    /// Scripts that this program has and the database lacks, or the other way round; empty if they agree. A script that only adds and that this program
    /// does not know makes no difference.
    /// </summary>
    IReadOnlyList<string> SchemaDifferences();

    /// <summary>
    /// What is wrong with the way the database is set up, so that a worker must not use it, and what could not be checked; each in a sentence of its
    /// own. The schema must be up to date.
    /// </summary>
    DatabaseFaults Faults();

    /// <summary>
    /// Marks the store as having a worker attached, until disposed or until the process ends. Null, together with the holder, if the store accepts no
    /// further worker.
    /// </summary>
    IDisposable? TryAttach(out string? holder);

    /// <summary>Who is attached now, or null.</summary>
    string? AttachedWorker();
}

/// <summary>How <see cref="IEngine.SchemaDifferences"/> ends a line.</summary>
public static class SchemaDifference
{
    /// <summary>No migration of this program will help.</summary>
    public const string Newer = "is newer than this program";

    /// <summary>It may run while workers of the version before are at work.</summary>
    public const string OnlyAdds = "has not run; it only adds, so workers may go on meanwhile";
}

/// <summary>What is wrong with a database that exists and answers.</summary>
/// <param name="Wrong">What must be fixed before any worker may run.</param>
/// <param name="Unknown">What this server could not be asked, because it is not quite SQL Server. It stops no worker.</param>
public sealed record DatabaseFaults(IReadOnlyList<string> Wrong, IReadOnlyList<string> Unknown)
{
    public static readonly DatabaseFaults None = new([], []);
}

public enum Claimed
{
    New,
    Same,
    Different,
}

/// <summary>
/// 128-bit hashes of (source, id) and of the content. The first is preceded by 8 bytes that order it (<see cref="Settlement.Domain.Usage.IdOrder"/>).
/// </summary>
public readonly record struct NewIdentity(byte[] IdHash, byte[] ContentHash, long AccountNo, long TimeUs);
