using Settlement.Worker.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

/// <summary>2.4: deliveries go on in the order in which they came, whoever is read first and however long another takes.</summary>
public sealed class TurnsTests
{
    private readonly Turns turns = new();
    private readonly List<ulong> through = [];

    [Fact]
    public async Task Whoever_comes_early_waits_for_all_before_it()
    {
        Announce(1, 2, 3, 4, 5);
        var all = new ulong[] { 4, 2, 5, 3 }.Select(n => GoAsync(n, TestContext.Current.CancellationToken)).ToList();
        Assert.Empty(through);

        await GoAsync(1, TestContext.Current.CancellationToken);
        await Task.WhenAll(all);

        Assert.Equal([1, 2, 3, 4, 5], through);
    }

    [Fact]
    public async Task Who_passes_without_coming_keeps_nobody_waiting()
    {
        Announce(1, 2, 3);
        var third = GoAsync(3, TestContext.Current.CancellationToken);
        turns.Pass(2);
        Assert.Empty(through);

        turns.Pass(1);
        await third;

        Assert.Equal([3], through);
    }

    [Fact]
    public async Task A_number_that_did_not_come_keeps_nobody_waiting()
    {
        Announce(2, 7);

        await GoAsync(2, TestContext.Current.CancellationToken);
        await GoAsync(7, TestContext.Current.CancellationToken);
        await GoAsync(5, TestContext.Current.CancellationToken);

        Assert.Equal([2, 7, 5], through);
    }

    [Fact]
    public async Task Who_comes_when_all_before_it_have_passed_goes_at_once()
    {
        Announce(1);
        turns.Pass(1);
        turns.Pass(1);
        Announce(2);

        await turns.WaitAsync(2, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await turns.WaitAsync(1, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Who_gives_up_waiting_keeps_nobody_waiting()
    {
        Announce(1, 2, 3);
        using var stop = new CancellationTokenSource();
        var second = GoAsync(2, stop.Token);
        var third = GoAsync(3, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        await GoAsync(1, TestContext.Current.CancellationToken);
        await third;

        Assert.Equal([1, 3], through);
    }

    private void Announce(params ulong[] numbers)
    {
        foreach (var number in numbers)
            turns.Announce(number);
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
