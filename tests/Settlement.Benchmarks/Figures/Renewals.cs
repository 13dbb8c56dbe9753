using Microsoft.Data.Sqlite;
using Settlement.Benchmarks.Harness;
using Settlement.Domain.Time;

namespace Settlement.Benchmarks.Figures;

/// <summary>
/// Renewals that all fall due at the same 03:00, one package per account. They are compared with the updates and inserts they cause, replayed from
/// their results with prepared statements and the same number of accounts per transaction.
/// </summary>
internal static class Renewals
{
    private const int AccountsATransaction = 200;
    private static readonly string[] Inserted = ["Lot", "Renewal", "BillRow", "Entry", "Notice", "Agenda"];

    public static async Task RunAsync(Sizes sizes)
    {
        using var scratch = new Scratch(sizes);
        var renewals = sizes.Number("renewals", 100_000);
        var template = scratch.New("renewals");
        var dueUs = Make(template, renewals);
        List<Write>? writes = null;
        var work = new Timed("the time line: load, decide, commit", () =>
        {
            var file = scratch.CopyOf(template, "work");
            Taken taken;
            using (var world = World.Open(file, dueUs))
                taken = Watch.Time(() => world.Core.Timeline.AdvanceTo(dueUs));
            writes ??= WritesOf(template, file, dueUs);
            Scratch.Delete(file);
            return taken;
        });
        // The first round is not counted: it warms up, and shows what has to be written.
        await work.TakeAsync();
        var bare = new Timed($"the same {writes!.Count:N0} updates, inserts and deletes, prepared, {AccountsATransaction} accounts to a transaction", () =>
        {
            using var database = new BareDatabase(scratch.CopyOf(template, "bare"));
            return Watch.Time(() => Replay(database, writes));
        });
        await Interleaved.RunAsync($"renewals: {renewals:N0} due at one instant", sizes.Rounds, renewals, "renewals", bare, work,
            Asked.TimeAtMost(2));
    }

    private static long Make(string file, int renewals)
    {
        using var world = World.Create(file);
        world.OpenAccounts(renewals, subscribe: false);
        world.Apply(Enumerable.Range(0, renewals).Select(i => World.Buy(i, "large", autoRenew: true)));
        var dueUs = world.Core.Timeline.Next(long.MaxValue)!.Value.AtUs;
        // Whatever is due before the attempts is done first.
        for (; BillingAttempts(world, dueUs) < renewals; dueUs = world.Core.Timeline.Next(long.MaxValue)!.Value.AtUs)
        {
            world.NowUs = dueUs;
            world.Core.Timeline.AdvanceTo(dueUs);
        }

        world.NowUs = dueUs - 1;
        world.Core.Timeline.AdvanceTo(dueUs - 1);
        world.Compact();
        return dueUs;
    }

    private static int BillingAttempts(World world, long dueUs)
    {
        using var session = world.Store.Engine.Read();
        using var command = session.Connection.CreateCommand();
        command.CommandText = $"SELECT COUNT(*) FROM Agenda WHERE DueUs = {dueUs} AND Kind = {(long)Domain.Plans.AgendaKind.RenewalAttempt}";
        return Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>What the work wrote, account by account: the new rows, the account as it is now, and the removal from the agenda.</summary>
    private static List<Write> WritesOf(string before, string after, long dueUs)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = after, Pooling = false }.ToString());
        connection.Open();
        using (var attach = connection.CreateCommand())
        {
            attach.CommandText = $"ATTACH '{before}' AS was";
            attach.ExecuteNonQuery();
        }

        var writes = new List<Write>();
        foreach (var table in Inserted)
        {
            var account = table is "Lot" or "Renewal" ? $"(SELECT p.AccountNo FROM Package AS p WHERE p.PackageNo = t.PackageNo)" : "t.AccountNo";
            Read($"SELECT {account}, t.* FROM (SELECT * FROM main.{table} EXCEPT SELECT * FROM was.{table}) AS t",
                c => $"INSERT INTO {table} VALUES ({BareDatabase.Places(c)})");
        }

        Read("SELECT AccountNo, Version, BalanceE8, EntryCount, NoticeCount, AccountNo FROM Account WHERE AccountNo > 0", _ =>
            "UPDATE Account SET Version = $0, BalanceE8 = $1, EntryCount = $2, NoticeCount = $3 WHERE AccountNo = $4");
        Read(
            $"SELECT AccountNo, DueUs, Kind, SortUs, AccountNo, PackageNo, LotNo FROM was.Agenda WHERE DueUs = {dueUs}",
            _ => "DELETE FROM Agenda WHERE DueUs = $0 AND Kind = $1 AND SortUs = $2 AND AccountNo = $3 AND PackageNo = $4 AND LotNo = $5");
        return [.. writes.OrderBy(w => w.AccountNo)];

        void Read(string select, Func<int, string> statement)
        {
            using var command = connection.CreateCommand();
            command.CommandText = select;
            using var reader = command.ExecuteReader();
            var text = statement(reader.FieldCount - 1);
            while (reader.Read())
            {
                var values = new object[reader.FieldCount];
                reader.GetValues(values);
                writes.Add(new Write(reader.GetInt64(0), text, values[1..]));
            }
        }
    }

    private static void Replay(BareDatabase database, List<Write> writes)
    {
        var prepared = writes.Select(w => w.Statement).Distinct(StringComparer.Ordinal).ToDictionary(
            s => s, s => database.Prepare(s, s.Count(c => c == '$')), StringComparer.Ordinal);
        foreach (var chunk in writes.GroupBy(w => w.AccountNo).Chunk(AccountsATransaction))
        {
            using var transaction = database.Connection.BeginTransaction();
            foreach (var write in chunk.SelectMany(w => w))
            {
                var command = prepared[write.Statement];
                command.Transaction = transaction;
                for (var i = 0; i < write.Values.Length; i++)
                    command.Parameters[i].Value = write.Values[i];
                if (command.ExecuteNonQuery() != 1)
                    throw new InvalidOperationException($"{write.Statement} changed nothing.");
            }

            transaction.Commit();
        }

        foreach (var command in prepared.Values)
            command.Dispose();
    }

    private sealed record Write(long AccountNo, string Statement, object[] Values);
}
