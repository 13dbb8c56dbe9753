using Settlement.Benchmarks.Harness;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine.Usage;
using Settlement.Worker.Ingest;
using Settlement.Worker.Settings;

namespace Settlement.Benchmarks.Figures;

/// <summary>500 events per message with new random ids, compared with a bare loop that parses and inserts into one table keyed by identity.</summary>
internal static class Ingest500
{
    private const int EventsAMessage = 500;

    public static async Task RunAsync(Sizes sizes)
    {
        using var scratch = new Scratch(sizes);
        await using var broker = await Broker.OpenAsync();
        var messages = sizes.Number("events", 1_000_000) / EventsAMessage;
        var events = messages * EventsAMessage;
        var template = Broker.Template(scratch);
        await Interleaved.RunAsync(
            $"ingest500: {messages:N0} messages of {EventsAMessage} events", sizes.Rounds, events, "events",
            new Timed("bare loop: RabbitMQ.Client, the worker's parser, one table keyed by source and id, as many messages to a transaction as the worker takes", async () =>
            {
                await broker.FillAsync(messages, EventsAMessage);
                return await BareAsync(broker, scratch.New("bare"), messages);
            }),
            new Timed("the worker's bus and store: identity claimed, judged, stored for its hour", async () =>
            {
                await broker.FillAsync(messages, EventsAMessage);
                return await WorkAsync(broker, scratch.CopyOf(template, "work"), events);
            }),
            Asked.RateAtLeast(0.6));
    }

    private static async Task<Taken> WorkAsync(Broker broker, string file, int events)
    {
        Taken taken;
        using (var world = World.Open(file, Instant.OfUs(DateTimeOffset.UtcNow)))
        {
            var accepted = 0L;
            taken = await WorkerBus.DrainAsync(broker, events, batch =>
            {
                var nowUs = Instant.OfUs(DateTimeOffset.UtcNow);
                accepted += world.Core.Usage.Store([.. batch.Select(e => new Arrival(e, nowUs))]).Accepted;
            });
            if (accepted != events)
                throw new InvalidOperationException($"{accepted} of {events} events were accepted.");
        }

        Scratch.Delete(file);
        return taken;
    }

    private static async Task<Taken> BareAsync(Broker broker, string file, int messages)
    {
        using var bare = new BareDatabase(file);
        bare.Execute("""
            CREATE TABLE Event (Source TEXT NOT NULL, Id TEXT NOT NULL, Account TEXT NOT NULL, Api TEXT NOT NULL, Region TEXT NOT NULL, TimeUs bigint NOT NULL,
                                Status bigint NOT NULL, Calls bigint NOT NULL, Project TEXT NULL, PRIMARY KEY (Source, Id)) WITHOUT ROWID
            """);
        using var insert = bare.Prepare($"INSERT INTO Event VALUES ({BareDatabase.Places(9)}) ON CONFLICT DO NOTHING", 9);
        return await BareDrain.DrainAsync(broker, messages, IntakeSettings.Default.MessageLimit, bodies =>
        {
            using var transaction = bare.Connection.BeginTransaction();
            insert.Transaction = transaction;
            foreach (var call in bodies.SelectMany(body => UsageReader.Read(body, "application/json")).Select(read => read.Call!))
                Insert(insert, call);
            transaction.Commit();
        });
    }

    private static void Insert(Microsoft.Data.Sqlite.SqliteCommand insert, UsageCall call)
    {
        var values = insert.Parameters;
        (values[0].Value, values[1].Value, values[2].Value, values[3].Value) = (call.Source, call.Id, call.Account, call.Api);
        (values[4].Value, values[5].Value, values[6].Value, values[7].Value) = (call.Region, call.TimeUs, (long)call.Status, call.Count);
        values[8].Value = call.Project ?? (object)DBNull.Value;
        insert.ExecuteNonQuery();
    }
}
