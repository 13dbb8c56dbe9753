// How every random test runs, here and in Settlement.Simulation.Tests (which links this file). The seed is printed before the first round, and the
// same seed gives the same rounds. SETTLEMENT_TEST_SEED repeats a run; SETTLEMENT_TEST_ROUNDS multiplies rounds and time.
using System.Globalization;
using System.Runtime.CompilerServices;
using CsCheck;
using Xunit;

namespace Settlement.Domain.Tests;

internal static class Property
{
    /// <summary>A run ends after its rounds or after this long, but never before it has done some rounds.</summary>
    private const int SecondsPerRun = 12;
    private const int LeastRounds = 5;
    private const int ShrinkRounds = 2_000;
    private const int ShrinkSeconds = 20;

    public static void Holds<T>(Gen<T> gen, int rounds, Action<T> assert, Func<T, string>? print = null, [CallerMemberName] string name = "")
    {
        var times = Whole("SETTLEMENT_TEST_ROUNDS", 1);
        var root = Environment.GetEnvironmentVariable("SETTLEMENT_TEST_SEED") is { Length: > 0 } given
            ? ulong.Parse(given, CultureInfo.InvariantCulture) : (ulong)Random.Shared.NextInt64();
        Say($"{name}: SETTLEMENT_TEST_SEED={root}, {rounds} x {times} rounds");
        var end = Environment.TickCount64 + SecondsPerRun * 1000L * times;
        var done = 0;
        for (; done < rounds * times && (done < LeastRounds || Environment.TickCount64 < end); done++)
            Round(gen, new PCG((uint)done, root), assert, print);
        if (done < rounds * times)
            Say($"{name}: the time was up after {done} rounds");
    }

    public static void Holds<A, B>(Gen<(A, B)> gen, int rounds, Action<A, B> assert, [CallerMemberName] string name = "") =>
        Holds(gen, rounds, t => assert(t.Item1, t.Item2), null, name);

    public static void Holds<A, B, C>(Gen<(A, B, C)> gen, int rounds, Action<A, B, C> assert, [CallerMemberName] string name = "") =>
        Holds(gen, rounds, t => assert(t.Item1, t.Item2, t.Item3), null, name);

    public static void Holds<A, B, C, D>(Gen<(A, B, C, D)> gen, int rounds, Action<A, B, C, D> assert, [CallerMemberName] string name = "") =>
        Holds(gen, rounds, t => assert(t.Item1, t.Item2, t.Item3, t.Item4), null, name);

    private static void Round<T>(Gen<T> gen, PCG pcg, Action<T> assert, Func<T, string>? print)
    {
        var seed = pcg.ToString(pcg.State);
        var value = gen.Generate(pcg, null!, out _);
        try
        {
            assert(value);
        }
        catch (Exception)
        {
            // CsCheck runs the same value first and then looks for a smaller one. Its exception contains both the seed and the value.
            gen.Sample(assert, seed: seed, iter: ShrinkRounds, time: ShrinkSeconds, threads: 1, print: print);
            throw;
        }
    }

    private static long Whole(string variable, long otherwise) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value : otherwise;

    private static void Say(string line)
    {
        Console.Error.WriteLine(line);
        TestContext.Current.TestOutputHelper?.WriteLine(line);
    }
}
