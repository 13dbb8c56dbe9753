using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.SqlClient;
using Settlement.Benchmarks.Harness;
using Settlement.Domain.Settings;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Worker.Simulating;

namespace Settlement.Benchmarks.Figures;

/// <summary>
/// The same hour on the server that SETTLEMENT_TEST_SQLSERVER names: copied there by bulk copy, then closed by one worker. The figures are for that
/// server as it is; there is no baseline and no ratio.
/// </summary>
internal static class OnServer
{
    private const int AccountsPerTransaction = 200;

    public static Task RunAsync(Sizes sizes)
    {
        var server = Environment.GetEnvironmentVariable("SETTLEMENT_TEST_SQLSERVER")
            ?? throw new InvalidOperationException("SETTLEMENT_TEST_SQLSERVER names no server.");
        using var scratch = new Scratch(sizes);
        var (calls, accounts) = (sizes.Number("calls", 1_000_000), sizes.Number("accounts", 10_000));
        var template = scratch.New("hour");
        HourOfCalls.Make(template, calls, accounts);
        for (var round = 0; round < sizes.Rounds; round++)
            Round(server, template, calls, accounts);
        return Task.CompletedTask;
    }

    private static void Round(string server, string template, int calls, int accounts)
    {
        var name = "settlement_bench_" + Guid.NewGuid().ToString("N")[..12];
        Execute(server, $"CREATE DATABASE {name}");
        try
        {
            using var engine = new SqlServerEngine(new SqlConnectionStringBuilder(server) { InitialCatalog = name }.ToString());
            engine.Migrate(_ => { });
            using var from = new SqliteEngine($"Data Source={template}", durable: false);
            var copied = Watch.Time(() => StoreCopy.OfWhatIsToCome(from, engine));
            var core = new SettlementCore(new SettlementStore(engine, BillingSettings.Default), new TestClock(HourOfCalls.DueUs));
            core.Store.Open(HourOfCalls.DueUs);
            using var commands = new Commands();
            var closed = Watch.Time(() => core.Timeline.AdvanceTo(HourOfCalls.DueUs));
            var transactions = (accounts + AccountsPerTransaction - 1) / AccountsPerTransaction;
            Interleaved.Say(string.Create(CultureInfo.InvariantCulture, $"""
                onserver: {calls:N0} calls, {accounts:N0} accounts
                  bulk copy {copied.Seconds:0.0} s, {calls / copied.Seconds:N0} calls/s (with all else that the hour needs)
                  closing   {closed.Seconds:0.0} s, {calls / closed.Seconds:N0} calls/s; {commands.Sent:N0} commands sent, {(double)commands.Sent / transactions:0.0} per {AccountsPerTransaction} accounts
                """));
        }
        finally
        {
            SqlConnection.ClearAllPools();
            Execute(server, $"DROP DATABASE {name}");
        }
    }

    private static void Execute(string connectionString, string sql)
    {
        using var connection = new SqlConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Counts what SqlClient sends: commands and batches, and separately bulk copies.</summary>
    private sealed class Commands : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly List<IDisposable> subscriptions = [];
        private long sent;

        public Commands() => subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

        public long Sent => Interlocked.Read(ref sent);

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "SqlClientDiagnosticListener")
                subscriptions.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key.EndsWith("WriteCommandBefore", StringComparison.Ordinal))
                Interlocked.Increment(ref sent);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose()
        {
            foreach (var subscription in subscriptions)
                subscription.Dispose();
        }
    }
}
