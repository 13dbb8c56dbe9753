using Microsoft.Extensions.Time.Testing;
using Settlement.Worker.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

public sealed class TurnsTests
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider time = new();
    private readonly Turns turns;
    private readonly List<ulong> through = [];

    public TurnsTests() => turns = new Turns(LongestWait, time);

    [Fact]
    public async Task Whoever_comes_early_waits_for_all_before_it()
    {
        var all = new ulong[] { 4, 2, 5, 3 }.Select(n => GoAsync(n, TestContext.Current.CancellationToken)).ToList();
        Assert.Empty(through);

        await GoAsync(1, TestContext.Current.CancellationToken);
        await Task.WhenAll(all);

        Assert.Equal([1, 2, 3, 4, 5], through);
    }

    [Fact]
    public async Task Who_passes_without_coming_keeps_nobody_waiting()
    {
        var third = GoAsync(3, TestContext.Current.CancellationToken);
        turns.Pass(2);
        Assert.Empty(through);

        turns.Pass(1);
        await third;

        Assert.Equal([3], through);
    }

    [Fact]
    public async Task A_number_that_never_comes_costs_the_longest_wait_and_no_order()
    {
        var all = new ulong[] { 9, 4, 3, 7, 2, 8 }.Select(n => GoAsync(n, TestContext.Current.CancellationToken)).ToList();

        time.Advance(LongestWait);
        await Task.WhenAll(all[1], all[2], all[4]).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal([2, 3, 4], through);
        var rest = Task.WhenAll(all);
        while (!rest.IsCompleted)
        {
            time.Advance(LongestWait);
            // Enough time for the one whose turn it is to finish before the next wait is over.
            await Task.WhenAny(rest, Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        }

        Assert.Equal([2, 3, 4, 7, 8, 9], through);
    }

    [Fact]
    public async Task Who_gives_up_waiting_keeps_nobody_waiting()
    {
        using var stop = new CancellationTokenSource();
        var second = GoAsync(2, stop.Token);
        var third = GoAsync(3, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        await GoAsync(1, TestContext.Current.CancellationToken);
        await third;

        Assert.Equal([1, 3], through);
    }

    private async Task GoAsync(ulong number, CancellationToken cancel)
    {
        try
        {
            await turns.WaitAsync(number, cancel);
            lock (through)
                through.Add(number);
        }
        finally
        {
            turns.Pass(number);
        }
    }
}
