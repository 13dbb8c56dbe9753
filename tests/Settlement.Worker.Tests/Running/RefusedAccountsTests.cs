using Settlement.Engine.Notices;
using Settlement.Worker.Running;
using Xunit;

namespace Settlement.Worker.Tests.Running;

public sealed class RefusedAccountsTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_wait_doubles_up_to_its_bound_and_only_that_account_waits()
    {
        var refused = new RefusedAccounts(() => 0.999_999);
        var waits = new List<double>();
        var now = Start;
        for (var i = 0; i < 8; i++)
        {
            refused.WasRefused(1, now);
            var until = now;
            while (refused.Allowed(1, until) == 0)
                until += TimeSpan.FromSeconds(1);
            waits.Add((until - now).TotalSeconds);
            Assert.Equal((1, int.MaxValue), (refused.Allowed(1, until), refused.Allowed(2, now)));
            now = until;
        }

        Assert.Equal([2, 4, 8, 16, 32, 60, 60, 60], waits);
    }

    [Fact]
    public void Taken_twice_as_many_go_out_until_the_account_is_like_any_other()
    {
        var refused = new RefusedAccounts(() => 0);
        refused.WasRefused(1, Start);
        var later = Start + RefusedAccounts.First;
        var allowed = new List<int>();
        for (; refused.Allowed(1, later) < int.MaxValue; refused.WasTaken(1, more: true))
            allowed.Add(refused.Allowed(1, later));
        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256], allowed);
    }

    [Fact]
    public void Refused_after_some_were_taken_it_begins_with_one_and_the_first_wait()
    {
        var refused = new RefusedAccounts(() => 0);
        refused.WasRefused(1, Start);
        refused.WasTaken(1, more: true);
        refused.WasRefused(1, Start);
        Assert.Equal((0, 1), (refused.Allowed(1, Start + TimeSpan.FromSeconds(0.9)), refused.Allowed(1, Start + TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public void An_account_of_which_no_more_waits_is_forgotten()
    {
        var refused = new RefusedAccounts(() => 0);
        refused.WasRefused(1, Start);
        refused.WasTaken(1, more: true);
        Assert.Equal(1, refused.Count);
        refused.WasTaken(1, more: false);
        Assert.Equal((0, int.MaxValue), (refused.Count, refused.Allowed(1, Start)));
    }

    [Fact]
    public void However_many_accounts_wait_at_most_a_hundred_a_second_are_tried_and_all_at_once_when_the_listener_is_back()
    {
        const int Accounts = 100_000;
        var random = new Random(1);
        var refused = new RefusedAccounts(random.NextDouble);
        for (var round = 0; round < 2; round++)
        {
            for (var account = 0; account < Accounts; account++)
                refused.WasRefused(account, Start);
        }

        int Due(double seconds) => Enumerable.Range(0, Accounts).Count(a => refused.Allowed(a, Start + TimeSpan.FromSeconds(seconds)) > 0);
        Assert.Equal(0, Due(999));
        Assert.InRange(Due(1060), 4_000, 8_000);
        Assert.Equal(Accounts, Due(2000));

        // No account is due yet; each one that is taken brings the others nearer.
        for (var account = 0; account < 2000; account++)
            refused.WasTaken(account, more: true);
        Assert.Equal(Accounts, Due(0));
        refused.WasRefused(0, Start);
        Assert.Equal(1999, Due(0));
    }
}
