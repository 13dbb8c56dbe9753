using System.Data.Common;

namespace Settlement.Storage.Engines;

/// <summary>
/// What differs between databases, all of it. The statements are shared; the few that cannot be are methods here, or texts in the engine's folder of
/// statements.
/// </summary>
public interface IEngine : IDisposable
{
    string Name { get; }

    /// <summary>For people: which database this is.</summary>
    string Describe();

    /// <summary>A connection for looking: its session refuses statements that write.</summary>
    Session Read();

    /// <summary>A write transaction. It waits for its turn; on SQLite there is one writer at a time.</summary>
    Session Write();

    /// <summary>Held shared while usage is stored and exclusively for the instant in which hours are closed (7.2).</summary>
    void TakeGuard(Session session, bool exclusive);

    /// <summary>Inserts many rows into a table, columns in the order given. For the hot paths.</summary>
    void Insert(Session session, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows);

    /// <summary>
    /// Claims identities in order: for each, whether it is new, or known with the same or with other content (7.1). New ones are stored.
    /// </summary>
    IReadOnlyList<Claimed> ClaimIdentities(Session session, IReadOnlyList<IdentityClaim> claims);

    /// <summary>A number for a text id (<see cref="Words"/>) that nothing has yet. One that is not used in the end stays unused.</summary>
    long NewWordNo(Session session, WordKind kind);

    /// <summary>A number for a scope that nothing has yet. One that is not used in the end stays unused.</summary>
    long NewScopeNo(Session session);

    /// <summary>Whether a transaction that ended with an error may be done again from its start: another writer was first, or the connection broke.</summary>
    bool MayRetry(DbException error);

    /// <summary>Claims a piece of work by name; null while another worker has it.</summary>
    WorkClaim? TryClaim(string name);

    /// <summary>Who has claims under names that begin so, other workers or this one; a store that only one can work on knows of none.</summary>
    IReadOnlyList<string> Claimants(string prefix);

    /// <summary>What was claimed under a name that begins so is done: nobody will claim it again.</summary>
    void ForgetClaims(Session session, string prefix);

    /// <summary>Whether there is anything of a store; where a program can't make a database, always.</summary>
    bool Exists { get; }

    /// <summary>Copies the store, as it stands, beside itself, where that is the program's to do; returns the copy's name, or null.</summary>
    string? CopyBefore(string what, DateTimeOffset now);

    /// <summary>Brings the schema up to date; returns how many scripts ran.</summary>
    int Migrate(Action<string> log);

    /// <summary>Scripts this program has and the database lacks, or the other way round; empty when they agree.</summary>
    IReadOnlyList<string> SchemaDifferences();

    /// <summary>
    /// What of the database, as it is set up, a worker must not work with, and what could not be asked, each in a sentence of its own. Asked of a schema that is up to date.
    /// </summary>
    DatabaseFaults Faults();

    /// <summary>Marks the store as having a worker attached, until disposed or the process ends; null with who holds it if it takes no other.</summary>
    IDisposable? TryAttach(out string? holder);

    /// <summary>Who is attached now, or null.</summary>
    string? AttachedWorker();
}

/// <summary>How <see cref="IEngine.SchemaDifferences"/> says that no migration of this program will help.</summary>
public static class SchemaDifference
{
    public const string Newer = "is newer than this program";
}

/// <summary>What is wrong with a database that is there and answers.</summary>
/// <param name="Wrong">No worker may run before it is mended.</param>
/// <param name="Unknown">What this server could not be asked, for one that is not quite SQL Server; it stops nobody.</param>
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

/// <summary>128-bit hashes of (source, id) and of the content; the first behind 8 bytes that order it (<see cref="Settlement.Domain.Usage.IdOrder"/>).</summary>
public readonly record struct IdentityClaim(byte[] IdHash, byte[] ContentHash, long AccountNo, long TimeUs);
