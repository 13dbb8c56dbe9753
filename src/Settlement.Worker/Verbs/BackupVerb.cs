using System.CommandLine;
using Microsoft.Data.Sqlite;
using Settlement.Storage.Engines;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Copies a SQLite store while it is in use. The copy is made under another name, so that FILE is either whole or not there.</summary>
internal sealed class BackupVerb : Verb
{
    private static readonly string[] Companions = ["", "-wal", "-shm", "-journal", ".lock"];

    private readonly Argument<string> _file = new("FILE") { Description = "where the copy goes" };
    private readonly Option<bool> _force = new("--force") { Description = "replace FILE if it is there" };

    public BackupVerb()
        : base("backup", "A consistent copy of a SQLite store as one file, beside a working worker, in bounded time.")
    {
        Add(_file);
        Add(_force);
        Does((parsed, context) => Run(context, parsed.GetRequiredValue(_file), parsed.GetValue(_force)));
    }

    private static int Run(VerbContext context, string file, bool force)
    {
        using var engine = OpenStore.EngineOf(context);
        if (engine is not SqliteEngine { File: { } store })
            throw new BadInputException("backup copies SQLite stores; this one is on SQL Server, which makes its own backups (BACKUP DATABASE; docs/sql-server.md)");
        if (!engine.Exists)
            throw new SchemaNotUpToDateException($"There is no store yet: {engine.Describe()}");
        var target = Path.GetFullPath(file);
        Refuse(store, target, force);
        NeedRoom(store, target);
        try
        {
            using var part = new ThrowAway(string.Create(null, $"{target}.part-{Environment.ProcessId}"));
            using (var progress = context.Progress())
                SqliteCopy.Make(store, part.Path, (done, all) => progress.Report(done, all, "pages"));
            File.Move(part.Path, target, force);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException
            || e is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_READONLY })
        {
            throw new BadInputException($"{file}: {e.Message}; nothing was left there", e);
        }

        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_FULL)
        {
            throw new IOException($"{file}: the volume is full; nothing was left there", e);
        }

        context.Listing.Say($"Copied {engine.Describe()} to {target}, {Figures.Of(new FileInfo(target).Length, "byte")}.");
        return Exit.Done;
    }

    private static void Refuse(string store, string target, bool force)
    {
        if (Directory.Exists(target))
            throw new BadInputException($"{target} is a folder: name a file in it");
        if (!Directory.Exists(Path.GetDirectoryName(target)))
            throw new BadInputException($"{target}: there is no such folder");
        if (Companions.Any(c => string.Equals(store + c, target, StringComparison.Ordinal)) || SameFile(store, target))
            throw new BadInputException($"{target} belongs to the store itself");
        if (File.Exists(target) && !force)
            throw new BadInputException($"{target} is there already (--force replaces it)");
    }

    /// <summary>The copy may be on the same volume as the store, and a worker without room for its log can't go on.</summary>
    private static void NeedRoom(string store, string target)
    {
        var need = new[] { store, store + "-wal" }.Where(File.Exists).Sum(f => new FileInfo(f).Length);
        var free = new DriveInfo(Path.GetDirectoryName(target)!).AvailableFreeSpace;
        if (free < need)
            throw new BadInputException($"{target}: the copy needs up to {Figures.Of(need, "byte")}, and the volume has {Figures.Count(free)} left");
    }

    /// <summary>Follows links.</summary>
    private static bool SameFile(string store, string target) =>
        string.Equals(Final(store), Final(target), StringComparison.Ordinal);

    private static string Final(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var real = Path.Combine(Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder, Path.GetFileName(path));
        return File.Exists(real) ? File.ResolveLinkTarget(real, returnFinalTarget: true)?.FullName ?? real : real;
    }
}
