using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Xunit;

namespace Settlement.Domain.Tests.Usage;

public class KeptSpanTests
{
    private const long Day = Instant.PerDayUs;
    private const long Hour = Instant.PerHourUs;
    private const long Now = 20_000 * Day;

    private static readonly BillingSettings Settings = BillingSettings.Default;

    [Fact]
    public void Usage_of_an_hour_leaves_with_the_first_run_that_is_not_before_its_end_and_the_kept_time()
    {
        var hour = BillingHour.Of(Now);
        var leavesUs = KeptSpan.LeavesUs(Settings, hour)!.Value;

        Assert.Equal(Now + Hour + (400 * Day), leavesUs);
        Assert.True(KeptSpan.StartUs(Settings, leavesUs) >= hour.Next.StartUs);
        Assert.False(KeptSpan.StartUs(Settings, leavesUs - 1) >= hour.Next.StartUs);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Hour / 2)]
    public void A_kept_time_that_is_no_whole_number_of_hours_is_never_cut(long more)
    {
        var settings = Settings with { KeepUsageUs = (97 * Day) + more };
        var hour = BillingHour.Of(Now);
        var leavesUs = KeptSpan.LeavesUs(settings, hour)!.Value;

        Assert.Equal(0, leavesUs % Hour);
        Assert.InRange(leavesUs - hour.Next.StartUs, settings.KeepUsageUs, settings.KeepUsageUs + Hour - 1);
        Assert.Equal(hour.Next.StartUs, KeptSpan.StartUs(settings, leavesUs));
        Assert.Equal(hour.StartUs, KeptSpan.StartUs(settings, leavesUs - Hour));
    }

    [Fact]
    public void The_start_rises_never_falls_and_stays_where_it_is_while_the_time_is_in_doubt()
    {
        Assert.Null(KeptSpan.Next(null, Settings, Now, isSure: false));
        Assert.Equal(Now - (400 * Day), KeptSpan.Next(null, Settings, Now, isSure: true));
        Assert.Equal(Now - (400 * Day), KeptSpan.Next(Now - (401 * Day), Settings, Now, isSure: true));
        Assert.Equal(Now - (401 * Day), KeptSpan.Next(Now - (401 * Day), Settings, Now, isSure: false));
        Assert.Equal(Now - (399 * Day), KeptSpan.Next(Now - (399 * Day), Settings, Now, isSure: true));
    }

    [Fact]
    public void Off_keeps_everything_for_ever_but_what_has_left_stays_forgotten()
    {
        var off = Settings with { KeepUsageUs = 0 };

        Assert.Null(KeptSpan.Next(null, off, Now, isSure: true));
        Assert.Equal(Now, KeptSpan.Next(Now, off, Now + (500 * Day), isSure: true));
        Assert.Null(KeptSpan.LeavesUs(off, new BillingHour(1)));
        Assert.False(KeptSpan.IsForgotten(null, off, Now, 0));
        Assert.True(KeptSpan.IsForgotten(Now, off, Now, Now - 1));
    }

    /// <summary>If <c>MaxUsageAge</c> is raised, nothing may leave that could still come in.</summary>
    [Fact]
    public void Usage_is_kept_62_days_longer_than_it_may_be_old_on_arrival()
    {
        Assert.Equal(400 * Day, KeptSpan.KeptUs(Settings with { MaxUsageAgeUs = 338 * Day }));
        Assert.Equal(402 * Day, KeptSpan.KeptUs(Settings with { MaxUsageAgeUs = 340 * Day }));
    }

    [Fact]
    public void A_call_is_forgotten_from_the_microsecond_before_the_kept_span()
    {
        var startUs = Now - (400 * Day);
        Assert.True(KeptSpan.IsForgotten(null, Settings, Now, startUs - 1));
        Assert.False(KeptSpan.IsForgotten(null, Settings, Now, startUs));
        Assert.True(KeptSpan.IsForgotten(startUs + Hour, Settings, Now, startUs));
    }

    [Fact]
    public void What_is_before_the_kept_span_is_too_old_whatever_the_clock_says()
    {
        var known = new KnownNames(true, true, true);
        Assert.Null(Judging.Judge(known, Settings, Now, Now, Now));
        Assert.Equal(HoldReason.TooOld, Judging.Judge(known, Settings, Now - 1, Now, Now));
        Assert.Null(Judging.Judge(known, Settings, Now - 1, Now, null));
        Assert.Null(Judging.Judge(known, Settings, Now - (35 * Day), Now, Now - (36 * Day)));
        Assert.Equal(HoldReason.TooOld, Judging.Judge(known, Settings, Now - (35 * Day) - 1, Now, Now - (36 * Day)));
    }
}
