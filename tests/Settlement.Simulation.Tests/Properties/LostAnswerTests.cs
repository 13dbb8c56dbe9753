// The answer of any commit may be lost: whoever asked for it finds out what it did, and does what comes after it. Every scenario, for every commit of it.

using CsCheck;
using Settlement.Domain.Tests;
using Settlement.Engine;
using Settlement.Worker.Output;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>
/// In each of two runs every other commit's answer is lost, so that all of them are. Then one alone, all commits of a short scenario, some by chance of a long one (the seed is
/// printed); SETTLEMENT_TEST_EVERY_COMMIT=1 takes every one of all, in a quarter of an hour.
/// </summary>
public sealed class LostAnswerTests
{
    private const int Few = 6;
    private const int ByChance = 3;

    /// <summary>What a scenario has whose purchases are too many to write down (case 21): each is a commit, and one run of them takes longer than all the rest.</summary>
    private const string ManyPurchases = "manyLots";

    private static readonly bool Every = Environment.GetEnvironmentVariable("SETTLEMENT_TEST_EVERY_COMMIT") is { Length: > 0 };

    public enum Met
    {
        /// <summary>The transaction is done again at once, as one that the database gave up.</summary>
        Retried,

        /// <summary>The error reaches the consumer or the time line, and the same process does its work again.</summary>
        Failed,

        /// <summary>The process ends, and another one does the work again.</summary>
        Ended,
    }

    public static IEnumerable<TheoryDataRow<string>> Scenarios() => ScenarioFiles.Readable().Where(r => !ScenarioPack.Read(r.Data).TryGetProperty(ManyPurchases, out _));

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

    /// <param name="lost">Asked with the number of each commit whether its answer is lost.</param>
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

    /// <summary>Does a piece of work again until it is done, as the broker hands a message out again and the time line starts again.</summary>
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
