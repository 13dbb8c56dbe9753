using Microsoft.Data.Sqlite;
using Settlement.Domain.Pricing;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Verbs;

/// <summary>The store that a verb works on, opened in the only way there is: with this program's schema or not at all (exit code 4).</summary>
internal sealed class OpenStore : IDisposable
{
    private readonly Action? disposed;

    private OpenStore(IEngine engine, SettlementCore core, Action? disposed = null)
    {
        Engine = engine;
        Core = core;
        this.disposed = disposed;
    }

    public IEngine Engine { get; }

    public SettlementCore Core { get; }

    public SettlementStore Store => Core.Store;

    public Catalog Catalog => Store.Read(session => Store.Terms.Read(session, StoreState.Of(session))).Catalog;

    public ViewMaker Views => new(Store.Settings.TimeZone, Catalog.Currency);

    /// <summary>For verbs that only look: the settings recorded in the store stay as they are.</summary>
    public static OpenStore ToRead(VerbContext context) => At(context, EngineOf(context), context.Time, store => store.OpenToRead(context.NowUs));

    /// <param name="context">What every verb is given.</param>
    /// <param name="clock">A test clock; null for the real clock.</param>
    public static OpenStore ToWrite(VerbContext context, TimeProvider? clock = null) =>
        At(context, EngineOf(context), clock ?? context.Time, store => store.Open(context.NowUs));

    /// <summary>For verbs that someone may type first: a SQLite file that does not exist is created.</summary>
    /// <inheritdoc cref="ToWrite"/>
    public static OpenStore ToWriteOrCreate(VerbContext context, TimeProvider? clock = null)
    {
        var engine = EngineOf(context);
        if (!engine.Exists)
        {
            engine.Migrate(_ => { });
            context.Error.WriteLine($"Made a new store: {engine.Describe()}");
        }

        return At(context, engine, clock ?? context.Time, store => store.Open(context.NowUs));
    }

    /// <summary>A throw-away copy of the store: whatever is done to it, the store stays as it is.</summary>
    /// <inheritdoc cref="ToWrite"/>
    public static OpenStore Copy(VerbContext context, TimeProvider? clock = null)
    {
        var folder = ThrowAway.Folder("settlement-dry-run-");
        try
        {
            var engine = new SqliteEngine(SqliteFile.ConnectionString(Path.Combine(folder.Path, "copy.db")), durable: false);
            using (var original = EngineOf(context))
                CopyTo(engine, original);
            return At(context, engine, clock ?? context.Time, store => store.Open(context.NowUs), folder.Dispose);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The engine alone, for callers that query it before they open the store.</summary>
    public static IEngine EngineOf(VerbContext context)
    {
        if (context.Settings.Database.Engine == DatabaseEngine.SqlServer)
            return new SqlServerEngine(context.Settings.Database.ConnectionString);
        var engine = new SqliteEngine(context.Settings.Database.ConnectionString, logMb: context.Settings.Database.WriteAheadLogMb);
        SqliteFile.Check(engine.File);
        return engine;
    }

    public void Dispose()
    {
        Engine.Dispose();
        disposed?.Invoke();
    }

    private static OpenStore At(VerbContext context, IEngine engine, TimeProvider clock, Action<SettlementStore> open, Action? disposed = null)
    {
        try
        {
            NeedSchema(engine);
            var store = new SettlementStore(engine, context.Settings.Billing);
            open(store);
            return new OpenStore(engine, new SettlementCore(store, clock), disposed);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    private static void NeedSchema(IEngine engine)
    {
        if (!engine.Exists)
            throw new SchemaNotUpToDateException($"There is no store yet: {engine.Describe()}. Make one with: settlement migrate");
        if (engine.SchemaDifferences() is { Count: > 0 } differences)
            throw new SchemaNotUpToDateException(engine.Describe(), differences);
    }

    private static void CopyTo(SqliteEngine copy, IEngine original)
    {
        if (!original.Exists)
        {
            copy.Migrate(_ => { });
            return;
        }

        NeedSchema(original);
        if (original is SqliteEngine file)
        {
            SqliteCopy.Make(file.File, copy.File);
            return;
        }

        copy.Migrate(_ => { });
        StoreCopy.OfWhatIsToCome(original, copy);
    }
}

/// <summary>A SQLite file as a file.</summary>
internal static class SqliteFile
{
    private const int FirstBytes = 16;

    public static string ConnectionString(string file) => new SqliteConnectionStringBuilder { DataSource = file }.ToString();

    /// <summary>Refuses what can't be a SQLite file before anything is done to it.</summary>
    public static void Check(string file)
    {
        if (Directory.Exists(file))
            throw new BadInputException($"{file} is a folder, not a SQLite file");
        if (!File.Exists(file))
            return;
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[FirstBytes];
            var read = stream.ReadAtLeast(bytes, FirstBytes, throwOnEndOfStream: false);
            if (read > 0 && !bytes.AsSpan(0, read).SequenceEqual("SQLite format 3\0"u8))
                throw new BadInputException($"{file} is not a SQLite file");
        }
        catch (UnauthorizedAccessException e)
        {
            throw new BadInputException($"{file}: {e.Message}", e);
        }
    }
}
