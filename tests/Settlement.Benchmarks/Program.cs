// Figures of docs/performance.md: one verb each, with the work and its named baseline interleaved. This is not a test: it asserts nothing about time,
// and its output depends on what else the machine does.
//   dotnet run -c Release --project tests/Settlement.Benchmarks -- FIGURE [--rounds N] [--size N …]
using Settlement.Benchmarks.Figures;
using Settlement.Benchmarks.Harness;

var figures = new Dictionary<string, (string Does, Func<Sizes, Task> Run)>(StringComparer.Ordinal)
{
    ["ingest500"] = ("500 events a message (--events, --dir)", Ingest500.RunAsync),
    ["ingest1"] = ("one event a message (--messages)", Ingest1.RunAsync),
    ["identities"] = ("rates at many stored identities (--stored, --step, --batch)", Identities.RunAsync),
    ["close"] = ("an hour closed (--calls, --accounts)", Close.RunAsync),
    ["close-growth"] = ("ten times the events in the hour (--calls, --accounts)", CloseGrowth.RunAsync),
    ["close-memory"] = ("closings under a hard heap limit (--calls, --accounts, --limit-mb)", CloseMemory.RunAsync),
    ["parked"] = ("an hour closed while one account in ten is parked (--calls, --accounts)", Parked.RunAsync),
    ["catchup"] = ("30 days x 24 hours (--calls, --accounts, --hours)", CatchUp.RunAsync),
    ["lots"] = ("many lots, few calls (--lots)", Lots.RunAsync),
    ["onserver"] = ("the hour on the server of SETTLEMENT_TEST_SQLSERVER (--calls, --accounts)", OnServer.RunAsync),
    ["retention"] = ("days of usage that leaves after 63 days (--days, --events a day, --accounts, --ids ordered|random, --dir)",
        RetentionOfDays.RunAsync),
    ["renewals"] = ("many renewals due at once (--renewals)", Renewals.RunAsync),
    [CloseMemory.ChildVerb] = ("what close-memory starts (--file)", CloseMemory.ChildAsync),
};
if (args.Length == 0 || !figures.TryGetValue(args[0], out var figure) || Sizes.Read(args.AsSpan(1)) is not { } sizes)
{
    Console.Error.WriteLine("usage: Settlement.Benchmarks FIGURE [--rounds N] [--size N …]");
    foreach (var (name, (does, _)) in figures)
        Console.Error.WriteLine($"  {name,-14} {does}");
    return 2;
}

await figure.Run(sizes);
return 0;
