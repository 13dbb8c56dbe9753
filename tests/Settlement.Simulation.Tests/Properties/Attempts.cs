using Settlement.Domain.Ledger;
using Settlement.Domain.Packages;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>8.2 to 8.4 computed naively: every day at 03:00 is checked, with the package in the state that its commands had left by then.</summary>
internal static class Attempts
{
    public static void AreAtTheirSlots(Story story, Told told)
    {
        foreach (var package in told.Lots.GroupBy(l => l.PackageId))
        {
            var states = States(told, package.Key);
            var auto = told.Rows.Where(r => r.Kind == (long)RowKind.AutoRenewal && r.PackageId == package.Key).Select(r => r.LotNo).ToHashSet();
            var expected = new List<long>();
            for (var date = told.Settings.TimeZone.DateOf(StoryGen.StartUs); told.Settings.TimeZone.MidnightUs(
                date) <= story.UntilUs; date = date.AddDays(1))
            {
                var slot = told.Settings.TimeZone.MidnightUs(date) + 3 * Instant.PerHourUs;
                if (slot <= story.UntilUs && LastLot(package, auto, slot) is { } last
                    && states.LastOrDefault(s => s.AtUs <= slot) is { On: true } state && Counts(told, state, last, slot))
                    expected.Add(slot);
            }

            foreach (var turnedOn in states.Where(s => s.TurnedOn))
            {
                var last = LastLot(package, auto, turnedOn.AtUs)!;
                if (turnedOn.AtUs >= Midnight(told, last, 0) + 3 * Instant.PerHourUs)
                    expected.Add(turnedOn.AtUs);
            }

            var attempts = told.Attempts.Where(a => a.PackageId == package.Key).ToList();
            Assert.Equal(expected.Distinct().Order(), attempts.Select(a => a.SlotUs));
            Assert.Equal(package.Where(l => auto.Contains(l.LotNo)).Select(l => l.PaidUs), attempts.Where(a => a.Renewed != 0).Select(a => a.SlotUs));
            Assert.All(attempts, a => Assert.Equal(a.Renewed == 0, a.ShortfallE8 > 0));
        }
    }

    private static bool Counts(Told told, State state, Lot last, long slot) =>
        slot > state.SinceUs && slot > last.PaidUs && slot >= last.StartUs && slot < last.EndUs && slot >= Midnight(told, last, state.DaysBefore);

    private static long Midnight(Told told, Lot last, int daysBefore) =>
        told.Settings.TimeZone.MidnightUs(told.Settings.TimeZone.DateOf(last.EndUs - 1).AddDays(-daysBefore));

    /// <summary>
    /// The last lot before an attempt: commands of the same instant come before it, and what the attempt itself pays comes after it.
    /// </summary>
    private static Lot? LastLot(IEnumerable<Lot> lots, HashSet<long> auto, long us) =>
        lots.LastOrDefault(l => l.PaidUs < us || (l.PaidUs == us && !auto.Contains(l.LotNo)));

    private static List<State> States(Told told, string package)
    {
        var states = new List<State>();
        foreach (var command in told.Commands.Where(c => c.Applied && c.Get<string>("package") == package))
        {
            var last = states.LastOrDefault();
            if (command.Type == "buy-package")
                states.Add(new State(command.AtUs, command.Get<bool>("autoRenew"), command.AtUs, command.Get<int?>("daysBefore")
                    ?? (int)told.Settings.DaysBefore, false));
            else if (command.Type == "set-auto-renew" && command.Get<bool>("enabled"))
                states.Add(new State(
                    command.AtUs, true, last!.On ? last.SinceUs : command.AtUs, command.Get<int?>("daysBefore") ?? last.DaysBefore, !last.On));
            else if (command.Type == "set-auto-renew")
                states.Add(last! with { AtUs = command.AtUs, On = false, DaysBefore = command.Get<int?>("daysBefore") ?? last.DaysBefore,
                    TurnedOn = false });
        }

        return states;
    }

    private sealed record State(long AtUs, bool On, long SinceUs, int DaysBefore, bool TurnedOn);
}
