using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Domain.Tests.Settings;

public class KeepingTests
{
    [Theory]
    [InlineData("97.00:00:00", 97)]
    [InlineData("0", 0)]
    [InlineData("00:00:00", 0)]
    public void Usage_is_kept_for_62_days_more_than_it_may_be_old_or_for_ever(string text, long days) =>
        Assert.Equal(days * Instant.PerDayUs, Read([], ("KeepUsage", text)).KeepUsageUs);

    [Theory]
    [InlineData("96.23:59:59", "KeepUsage: 96.23:59:59 is less than MaxUsageAge and 62 days: at least 97.00:00:00, or 0 to keep for ever")]
    [InlineData("00:00:01", "KeepUsage: 00:00:01 is less than MaxUsageAge and 62 days: at least 97.00:00:00, or 0 to keep for ever")]
    [InlineData("400", "KeepUsage: '400' is not a duration such as 400.00:00:00, or 0 to keep for ever")]
    [InlineData("-1.00:00:00", "KeepUsage: '-1.00:00:00' is not a duration such as 400.00:00:00, or 0 to keep for ever")]
    public void Less_is_a_fault(string text, string fault)
    {
        var faults = new List<SettingFault>();
        Read(faults, ("KeepUsage", text));
        Assert.Equal([fault], faults.Select(f => f.ToString()));
    }

    [Fact]
    public void How_old_usage_may_be_counts_wherever_it_stands()
    {
        var faults = new List<SettingFault>();
        Assert.Equal(63 * Instant.PerDayUs, Read(faults, ("maxUsageAge", "1.00:00:00"), ("keepUsage", "63.00:00:00")).KeepUsageUs);
        Assert.Empty(faults);
        Read(faults, ("keepUsage", "400.00:00:00"), ("maxUsageAge", "339.00:00:00"));
        Assert.Equal("keepUsage", Assert.Single(faults).Path);
    }

    [Fact]
    public void A_default_is_never_too_short() => Assert.Equal(400 * Instant.PerDayUs, Read([], ("MaxUsageAge", "3650.00:00:00")).KeepUsageUs);

    [Theory]
    [InlineData("KeepNotices")]
    [InlineData("KeepCommands")]
    public void Bodies_are_kept_for_a_month_at_least(string key)
    {
        var faults = new List<SettingFault>();
        Read(faults, (key, "31.00:00:00"));
        Read(faults, (key, "0"));
        Assert.Empty(faults);
        Read(faults, (key, "30.23:59:59"));
        Assert.Equal($"{key}: 30.23:59:59 is too short: at least 31.00:00:00, or 0 to keep for ever", Assert.Single(faults).ToString());
    }

    private static BillingSettings Read(List<SettingFault> faults, params (string Key, string Value)[] pairs) =>
        BillingSettingsReader.Read(pairs.Select(p => KeyValuePair.Create(p.Key, (string?)p.Value)), "", faults);
}
