using System.Text.Json;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Worker.Simulating;

namespace Settlement.Benchmarks.Harness;

/// <summary>
/// A store with three APIs, filled by the worker's own commands under a test clock. It opens on 2 March 2026, 00:00 UTC.
/// </summary>
internal sealed class World : IDisposable
{
    public const string Region = "r1";

    /// <summary>An API whose largest event costs more than a movement may be: its account is parked (2.5).</summary>
    public const string Dear = "dear";
    public const int CommandsATime = 10_000;

    public static readonly string[] Apis = ["passport", "table", "invoice"];
    public static readonly long StartUs = Instant.OfUs(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero));

    private readonly SqliteEngine engine;
    private readonly TestClock clock;

    private World(string file, TestClock clock, bool durable)
    {
        this.clock = clock;
        engine = new SqliteEngine($"Data Source={file}", durable);
        if (!File.Exists(file))
            engine.Migrate(_ => { });
        Store = new SettlementStore(engine, BillingSettings.Default);
        Core = new SettlementCore(Store, clock);
    }

    public SettlementStore Store { get; }

    public SettlementCore Core { get; }

    public long NowUs
    {
        get => clock.NowUs;
        set => clock.NowUs = value;
    }

    /// <summary>A new store with the catalog. Not durable, because templates are thrown away.</summary>
    public static World Create(string file, long? nowUs = null)
    {
        var world = new World(file, new TestClock(nowUs ?? StartUs), durable: false);
        world.Store.Open(world.NowUs);
        world.Store.Write(session => world.Store.ApplyCatalog(session, Catalog(), world.NowUs));
        return world;
    }

    /// <summary>An existing store, opened as a worker opens it: every commit waits for the disk.</summary>
    public static World Open(string file, long nowUs)
    {
        var world = new World(file, new TestClock(nowUs), durable: true);
        world.Store.Open(nowUs);
        return world;
    }

    public void Apply(IEnumerable<object> commands)
    {
        foreach (var chunk in commands.Select(c => JsonSerializer.Serialize(c)).Chunk(CommandsATime))
        {
            Core.Commands.Receive(chunk, NowUs);
            Core.Timeline.ApplyCommands(NowUs);
        }
    }

    /// <summary>Opens accounts a0, a1 …, with money, subscribed to every API.</summary>
    public void OpenAccounts(int accounts, bool subscribe = true) => Apply(Enumerable.Range(0, accounts).SelectMany(i =>
    {
        List<object> commands =
        [
            new Dictionary<string, object>(StringComparer.Ordinal) { ["id"] = $"o{i}", ["type"] = "open-account", ["account"] = $"a{i}" },
            new Dictionary<string, object>(
                StringComparer.Ordinal) { ["id"] = $"t{i}", ["type"] = "top-up", ["account"] = $"a{i}", ["amount"] = "1000000" },
        ];
        if (subscribe)
        {
            commands.AddRange(Apis.Select(api => Subscribe(i, api)));
        }

        return commands;
    }));

    public static object Subscribe(int account, string api) => new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["id"] = $"s{account}{api}", ["type"] = "subscribe", ["account"] = $"a{account}", ["api"] = api, ["region"] = Region,
    };

    public static object Buy(int account, string offer, bool autoRenew = false) => new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["id"] = $"b{account}", ["type"] = "buy-package", ["account"] = $"a{account}", ["offer"] = offer, ["package"] = $"P{account}",
        ["autoRenew"] = autoRenew,
    };

    /// <summary>Moves everything into the one file, so that it can be copied.</summary>
    public void Compact()
    {
        using var session = Store.Engine.Read();
        using var command = session.Connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
    }

    public void Dispose() => engine.Dispose();

    private static Catalog Catalog()
    {
        var prices = string.Join(",", Apis.Select(api =>
            $$"""{"api":"{{api}}","region":"{{Region}}","from":"2025-01-01T00:00:00Z","tiers":[{"upTo":100,"unitPrice":"0.15"},{"upTo":100000,"unitPrice":"0.0123"},{"unitPrice":"0.01"}]}""")
            .Append($$"""{"api":"{{Dear}}","region":"{{Region}}","from":"2025-01-01T00:00:00Z","tiers":[{"unitPrice":"20000"}]}"""));
        var offers = string.Join(",", new[] { ("large", 100_000_000L), ("small", 10L) }.Select(o =>
            $$"""{"offer":"{{o.Item1}}","api":"{{Apis[0]}}","region":"{{Region}}","calls":{{o.Item2}},"price":"10","term":"P8D","from":null,"to":null}"""));
        var text = $$"""{"currency":"CNY","apis":["{{string.Join("\",\"", Apis.Append(Dear))}}"],"regions":["{{Region}}"],"prices":[{{prices}}],"offers":[{{offers}}]}""";
        var faults = new List<CatalogFault>();
        return CatalogJson.Read(text, "", BillingSettings.Default.TimeZone, faults) ?? throw new InvalidOperationException(faults[0].ToString());
    }
}
