using System.Text.Json;
using Settlement.Domain.Ledger;
using Settlement.Domain.Time;
using Settlement.Storage.Notices;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>10: what a listener hears is complete and in sequence, and everything comes exactly once.</summary>
internal static class Listening
{
    public static void HearsEverythingOnce(Story story, Told told)
    {
        Assert.Equal(told.Notices.Count, told.Notices.Select(n => n.NoticeId).Distinct(StringComparer.Ordinal).Count());
        foreach (var account in told.Notices.GroupBy(n => n.AccountNo))
            Assert.Equal(Enumerable.Range(1, account.Count()).Select(i => (long)i), account.Select(n => n.Sequence).Order());
        Assert.All(told.Accounts, a => Assert.Equal(a.NoticeCount, told.Notices.Count(n => n.AccountNo == a.AccountNo)));
        Count(told, "hour-settled", told.Closings);
        Count(told, "package-purchased", told.Rows.Count(r => r.Kind == (long)RowKind.Purchase));
        Count(told, "package-renewed", told.Rows.Count(r => r.Kind is (long)RowKind.Renewal or (long)RowKind.AutoRenewal));
        Count(told, "renewal-failed", told.Attempts.Count(a => a.Renewed == 0));
        Count(told, "command-applied", told.Commands.Count(c => c.Applied));
        Count(told, "command-refused", told.Commands.Count(c => !c.Applied));
        OfLots(story, told);
        OfModes(story, told);
        OfArrears(told);
    }

    private static void Count(Told told, string name, long expected) =>
        Assert.Equal((name, expected), (name, told.Notices.LongCount(n => n.Name == name)));

    private static void OfLots(Story story, Told told)
    {
        foreach (var lot in told.Lots)
        {
            int Heard(string name) => told.Notices.Count(n => n.Name == name && n.PackageId == lot.PackageId && Field<long>(n, "lot") == lot.LotNo);
            Assert.Equal(lot.Left == 0 ? 1 : 0, Heard("package-used-up"));
            // Hours are closed again from an hour after the last day on, and the store reports the lot's end within the hour.
            var closed = Math.Max(lot.EndUs, StoryGen.StartUs + StoryGen.Days * Instant.PerDayUs) + 4 * Instant.PerHourUs <= story.UntilUs;
            Assert.Equal(
                (lot.PackageId, lot.LotNo, closed || Heard("package-expired") > 0 ? 1 : 0), (lot.PackageId, lot.LotNo, Heard("package-expired")));
            Assert.InRange(Heard("package-expiring"), 0, 2);
        }
    }

    /// <summary>The modes reported for a scope alternate, and the last one is correct: on packages while a live lot has calls left (4.4).</summary>
    private static void OfModes(Story story, Told told)
    {
        var changes = told.Notices.Where(n => n.Name == "billing-mode-changed").OrderBy(n => n.Sequence)
            .GroupBy(n => (n.AccountId, Field<string>(n, "api"), Field<string>(n, "region")))
                .ToDictionary(g => g.Key, g => g.Select(n => Field<string>(n, "mode")).ToList());
        Assert.All(changes.Values, modes => Assert.Equal(modes.Select((_, i) => i % 2 == 0 ? "package" : "pay-per-use"), modes));
        var scopes = told.Rows.Where(r => r.Kind == (long)RowKind.Purchase)
            .ToDictionary(r => r.PackageId!, r => (r.AccountId, r.Api, r.Region), StringComparer.Ordinal);
        foreach (var scope in told.Lots.GroupBy(l => scopes[l.PackageId]))
        {
            var live = scope.Any(l => l.StartUs <= story.UntilUs && story.UntilUs < l.EndUs && l.Left > 0);
            Assert.Equal((scope.Key, live), (scope.Key, changes.TryGetValue(scope.Key, out var modes) && modes[^1] == "package"));
        }
    }

    private static void OfArrears(Told told)
    {
        foreach (var account in told.Notices.Where(n => n.Name is "arrears-started" or "arrears-cleared").GroupBy(n => n.AccountId))
            Assert.Equal(account.Select((_, i) => i % 2 == 0 ? "arrears-started" : "arrears-cleared"), account.OrderBy(n => n.Sequence)
                .Select(n => n.Name));
    }

    private static T? Field<T>(NoticeLine notice, string name) =>
        JsonSerializer.Deserialize<JsonElement>(notice.Body).TryGetProperty(name, out var value) ? value.Deserialize<T>() : default;
}
