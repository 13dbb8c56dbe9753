using Microsoft.Extensions.Time.Testing;
using Settlement.Worker.Output;
using Xunit;

namespace Settlement.Worker.Tests.Output;

public class ProgressTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Elsewhere_than_on_a_terminal_it_is_a_line_every_five_seconds() =>
        Assert.Equal(
            "33% 50 of 150 events, 5 s\n66% 100 of 150 events, 10 s\n100% 150 of 150 events, 14 s\n",
            Work(terminal: false, steps: 15, stepMs: 1_000, each: 10, total: 150, last: 14));

    [Fact]
    public void Short_work_says_nothing_elsewhere() => Assert.Equal("", Work(terminal: false, steps: 3, stepMs: 1_000, each: 1, total: 3, last: 3));

    [Fact]
    public void Without_a_total_it_counts() =>
        Assert.Equal("50 events, 5 s\n", Work(terminal: false, steps: 5, stepMs: 1_000, each: 10, total: null, last: 5));

    [Fact]
    public void On_a_terminal_it_is_one_bar_that_grows()
    {
        var shown = Work(terminal: true, steps: 4, stepMs: 1_000, each: 1, total: 4, last: 4);
        Assert.StartsWith("\r[#######                       ] 25% 1 of 4 events, 1 s\r[###############               ] 50% 2 of 4 events, 2 s", shown,
            StringComparison.Ordinal);
        Assert.EndsWith("\r[##############################] 100% 4 of 4 events, 4 s\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bar_is_redrawn_ten_times_a_second_at_most() =>
        Assert.Equal(10, Work(terminal: true, steps: 1_000, stepMs: 1, each: 1, total: 1_000, last: 1_000).Count(c => c == '\r'));

    [Fact]
    public void A_bar_fits_a_narrow_terminal() =>
        Assert.All(Work(terminal: true, steps: 4, stepMs: 1_000, each: 1, total: 4, last: 4, width: 20).Split('\r', '\n'), l =>
        Assert.True(l.Length < 20));

    private string Work(bool terminal, int steps, int stepMs, int each, long? total, int last, int width = 80)
    {
        using var error = new StringWriter { NewLine = "\n" };
        using (var progress = new Progress(error, terminal, _time, width))
        {
            for (var i = 1; i <= steps; i++)
            {
                if (i <= last)
                    _time.Advance(TimeSpan.FromMilliseconds(stepMs));
                progress.Report(i * each, total, "events");
            }
        }

        return error.ToString();
    }
}
