using Settlement.Storage.Engines;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>A throw-away SQLite file that contains the schema. It is migrated once and then copied, because a random test needs many.</summary>
internal sealed class TempStore : IDisposable
{
    private static readonly Lazy<byte[]> Template = new(MakeTemplate);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-property-");

    public TempStore()
    {
        var file = Path.Combine(folder.FullName, "store.db");
        File.WriteAllBytes(file, Template.Value);
        Engine = new SqliteEngine($"Data Source={file}", durable: false);
    }

    public SqliteEngine Engine { get; }

    public void Dispose()
    {
        Engine.Dispose();
        folder.Delete(recursive: true);
    }

    private static byte[] MakeTemplate()
    {
        var made = Directory.CreateTempSubdirectory("settlement-template-");
        try
        {
            using var engine = new SqliteEngine($"Data Source={Path.Combine(made.FullName, "template.db")}", durable: false);
            engine.Migrate(_ => { });
            return File.ReadAllBytes(engine.CopyBefore("properties", DateTimeOffset.UnixEpoch)!);
        }
        finally
        {
            made.Delete(recursive: true);
        }
    }
}
