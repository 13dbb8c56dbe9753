// The answer to any commit may be lost. The caller then finds out what the commit did and goes on from there. Tested with every scenario and every
// one of its commits.

using CsCheck;
using Settlement.Domain.Tests;
using Settlement.Engine;
using Settlement.Worker.Output;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>
/// In each of two runs, the answers to every other commit are lost, so between them all are. Then single answers are lost: every commit of a short
/// scenario in turn, and some chosen at random for a long one (the seed is printed). SETTLEMENT_TEST_EVERY_COMMIT=1 tests every commit of every
/// scenario, in a quarter of an hour.
/// </summary>
public sealed class LostAnswerTests
{
    private const int Few = 6;
    private const int ByChance = 3;

    /// <summary>
    /// Marks a scenario with too many purchases to write down (case 21). Each purchase is a commit, and one run of them takes longer than all the
    /// rest.
    /// </summary>
    private const string ManyPurchases = "manyLots";

    private static readonly bool Every = Environment.GetEnvironmentVariable("SETTLEMENT_TEST_EVERY_COMMIT") is { Length: > 0 };

    public enum Met
    {
        /// <summary>The transaction is repeated at once, like one that the database gave up.</summary>
        Retried,

        /// <summary>The error reaches the consumer or the time line, and the same process repeats its work.</summary>
        Failed,

        /// <summary>The process ends, and another one repeats the work.</summary>
        Ended,
    }

    public static IEnumerable<TheoryDataRow<string>> Scenarios() =>
        ScenarioFiles.Readable().Where(r => !ScenarioPack.Read(r.Data).TryGetProperty(ManyPurchases, out _));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void The_books_are_the_same_whichever_answer_is_lost(string name)
    {
        var scenario = ScenarioReader.Read(ScenarioPack.Expand(ScenarioPack.Read(name)).GetRawText());
        var commits = 0;
        var expected = Run(scenario, Met.Retried, _ => ++commits < 0);
        Assert.NotEqual(0, commits);
        foreach (var met in new[] { Met.Retried, Met.Ended })
        {
            foreach (var parity in new[] { 1, 0 })
                Assert.Equal(expected, Run(scenario, met, commit => commit % 2 == parity));
        }

        foreach (var one in Every || commits <= Few ? [.. Enumerable.Range(1, commits)] : Chosen(commits))
        {
            foreach (var met in Every ? Enum.GetValues<Met>() : [(Met)(one % 3)])
                Assert.True(expected == Run(scenario, met, commit => commit == one), $"Commit {one} of {commits}, {met}");
        }
    }

    private static int[] Chosen(int commits)
    {
        var chosen = Array.Empty<int>();
        Property.Holds(Gen.Int[1, commits].Array[ByChance], 1, some => chosen = some);
        return chosen;
    }

    /// <param name="lost">Called with the number of each commit; returns whether its answer is lost.</param>
    private static string Run(Scenario scenario, Met met, Func<int, bool> lost)
    {
        using var temp = new TempStore();
        var engine = new CrashingEngine(temp.Engine);
        var commit = 0;
        engine.Committed = () =>
        {
            if (lost(Interlocked.Increment(ref commit)))
                throw met == Met.Retried ? new AnswerLostException() : new CrashException();
        };
        return JsonOutput.Write(Worker.Simulating.Simulation.Run(scenario, engine, start => new StubbornWorker(start, met)));
    }

    /// <summary>Repeats a piece of work until it is done, just as the broker redelivers a message and the time line starts again.</summary>
    private sealed class StubbornWorker(Func<SettlementCore> start, Met met) : ScenarioWorker(start)
    {
        public override void Do(Action<SettlementCore> work)
        {
            while (!TryDo(work))
            {
                if (met == Met.Ended)
                    Restart();
            }
        }

        private bool TryDo(Action<SettlementCore> work)
        {
            try
            {
                work(Core);
                return true;
            }
            catch (CrashException)
            {
                return false;
            }
        }
    }
}
