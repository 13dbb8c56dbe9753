using Settlement.Worker.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

public class ByteBudgetTests
{
    private const int MB = 1024 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Takes as many messages as are asked for, until that number no longer changes.</summary>
    private static ulong Grow(ByteBudget budget, int body)
    {
        var last = 0UL;
        for (var due = true; due;)
        {
            due = false;
            for (var i = budget.AtATime; i > 0 && !due; i--)
                Assert.True(budget.Take(++last, body, out due));
            for (var i = 1UL; i <= last; i++)
                budget.Done(i);
            if (due)
                Assert.Empty(budget.Next().Back);
            Assert.False(budget.EndChange());
        }

        return last;
    }

    [Fact]
    public void Small_messages_are_soon_asked_for_by_the_hundred()
    {
        var budget = new ByteBudget(80 * MB, 300);
        Assert.Equal(1, budget.AtATime);
        Assert.InRange(Grow(budget, 200), 300UL, 1_000UL);
        Assert.Equal(300, budget.AtATime);
    }

    [Fact]
    public void Never_more_large_ones_are_asked_for_than_fit()
    {
        var budget = new ByteBudget(80 * MB, 300);
        Grow(budget, 2 * MB);
        Assert.InRange(budget.AtATime, 8, 16);
        Assert.True(budget.AtATime * ByteBudget.EstimateOf(2 * MB) <= 80 * MB);
    }

    [Fact]
    public async Task What_does_not_fit_and_all_behind_it_is_left_with_the_broker_and_given_back_in_order_when_the_others_are_done()
    {
        var budget = new ByteBudget(10 * MB, 300);
        var last = Grow(budget, 200);
        Assert.True(budget.Take(last + 1, 2 * MB, out _));
        Assert.True(budget.Take(last + 2, 2 * MB, out _));
        Assert.False(budget.Take(last + 4, 2 * MB, out var due));
        Assert.True(due);
        Assert.False(budget.Take(last + 3, 1, out due));
        Assert.False(due);
        var emptied = budget.EmptyAsync(Cancel);
        budget.Done(last + 1);
        Assert.False(emptied.IsCompleted);
        budget.Done(last + 2);
        await emptied.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        var next = budget.Next();
        Assert.Equal([last + 3, last + 4], next.Back);
        Assert.Equal(1, next.AtATime);
        Assert.False(budget.EndChange());
    }

    [Fact]
    public void A_message_larger_than_all_that_may_be_in_hand_is_taken_alone()
    {
        var budget = new ByteBudget(10 * MB, 300);
        Assert.True(budget.Take(1, 64 * MB, out _));
        Assert.False(budget.Take(2, 1, out _));
        budget.Done(1);
        Assert.Equal([2UL], budget.Next().Back);
        Assert.False(budget.EndChange());
        Assert.True(budget.Take(3, 1, out _));
    }

    [Fact]
    public void What_is_left_while_more_are_asked_for_makes_another_change()
    {
        var budget = new ByteBudget(10 * MB, 300);
        Assert.True(budget.Take(1, 200, out var due));
        Assert.True(due);
        Assert.Empty(budget.Next().Back);
        Assert.False(budget.Take(2, 10 * MB, out due));
        Assert.False(due);
        Assert.True(budget.EndChange());
        budget.Done(1);
        Assert.Equal([2UL], budget.Next().Back);
    }

    [Fact]
    public void A_message_counts_with_what_was_read_of_it()
    {
        var budget = new ByteBudget(10 * MB, 300);
        Assert.True(budget.Take(1, 1_000, out _));
        budget.Settle(1, 10 * MB);
        Assert.False(budget.Take(2, 1_000, out _));
    }
}
