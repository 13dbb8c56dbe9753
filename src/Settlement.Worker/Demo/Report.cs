using Settlement.Domain.Ledger;
using Settlement.Domain.Money;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage.Bills;
using Settlement.Worker.Output;
using static Settlement.Worker.Demo.MonthResults;

namespace Settlement.Worker.Demo;

/// <summary>What the newcomer reads at the end.</summary>
internal sealed class Report(Listing listing, int width, MonthResults results, Played played)
{
    private const string ExcerptAccount = "aspen-bank";
    private const int ExcerptRows = 10;

    public void Print(IReadOnlyList<Check> checks, string? keptFile)
    {
        Heading();
        Bill();
        Excerpt();
        Title("How the calls were paid");
        foreach (var line in DailyChart.Days(results, width))
            listing.Say(line);
        listing.Say("");
        listing.Say(DailyChart.Hours(results));
        Quarantine();
        Title("Notices worth a look");
        foreach (var line in Highlights.Of(results))
            listing.Say(line);
        Title("The books");
        foreach (var check in checks)
            Wrapped(check.Holds ? "ok   " : "WRONG", check.Claim);
        Next(keptFile);
    }

    private void Heading()
    {
        listing.Say($"June 2026 at a small OCR gateway: {results.Accounts.Count} accounts, 3 APIs, 2 regions");
        Wrapped("", $"{Number(played.Gateway.Events)} events in {Number(played.Messages)} messages, {Number(played.Gateway.Resent)} of them sent twice; all of it went through the "
            + $"worker's own reader, intake, hourly closings and lifecycle, only under a clock that runs faster. Times are in the billing zone, {Calendar.Zone}.");
    }

    private void Bill()
    {
        Title($"The bill of June 2026, in {results.Currency.Code}");
        var lines = results.Accounts.Select(a => AccountBill.Of(a.AccountId, results.Rows.Where(r => r.AccountNo == a.AccountNo), a.BalanceE8))
            .ToList();
        lines.Add(AccountBill.Of("all", results.Rows, results.Accounts.Sum(a => a.BalanceE8)));
        listing.Table(lines,
        [
            new("Account", l => l.Account),
            new("Calls", l => Number(l.Calls), true),
            new("by package", l => l.ByPackage == 0 ? "" : Number(l.ByPackage), true),
            new("Packages", l => l.PackagesE8 == 0 ? "" : results.Money(l.PackagesE8), true),
            new("Pay-per-use", l => l.ChargedE8 == 0 ? "" : results.Money(l.ChargedE8), true),
            new("Balance", l => results.Money(l.BalanceE8), true),
        ]);
        Wrapped("", "Calls are what was paid for; failed calls cost nothing. The balance is that of 2 July.");
        var late = results.Rows.Where(r => r.Late != 0).ToLookup(r => r.Cycle == Calendar.Month);
        Wrapped("", $"On the 10th the southern agent's link was down: {Number(late[true].Sum(r => r.Calls ?? 0))} calls came after their hours had closed and were settled "
            + $"in {late[true].Count()} late rows. {Number(late[false].Sum(r => r.Calls ?? 0))} calls of 30 June were reported on 2 July: they stand on the bill of July, "
            + $"{results.Money(late[false].Sum(r => r.DeductedE8))} (rules 7.2, 6.3).");
    }

    /// <summary>The rows around the hour in which a package ran out, and the one in which the next tier began.</summary>
    private void Excerpt()
    {
        Title($"From the bill of {ExcerptAccount}, {Cast.Passport} in {Cast.North}");
        var rows = results.Rows.Where(r => r.AccountId == ExcerptAccount && r.Api == Cast.Passport && r.UseHour is not null).ToList();
        var ranOut = rows.FindIndex(r => r.Kind == (long)RowKind.PayPerUse);
        var tier = rows.FindIndex(r => r.Steps.Count > 1);
        var shown = rows.Where((_, i) => (i >= ranOut - 2 && i <= ranOut + 2) || (i >= tier - 1 && i <= tier + 1)).Take(ExcerptRows).ToList();
        listing.Table(shown,
        [
            new("Use", r => $"{Calendar.Show(r.UseStartUs!.Value)}-{Calendar.Show(r.UseEndUs!.Value)[^5..]}"),
            new("Kind", r => ViewMaker.Kinds[(int)r.Kind]),
            new("Calls", r => Number(r.Calls ?? 0), true),
            new("Fee", r => Amount.Show(r.FeeE8, 8, 2), true),
            new("How", How),
        ]);
        Wrapped("", "In the hour in which the package ran out it paid for what was left, the balance for the rest: two rows. Later the month's 5,000th "
            + "charged call is passed: that row has two tier steps.");
    }

    private string How(BillLine row) => row.Kind == (long)RowKind.PackageUsage
        ? row.PackageId!
        : string.Join(" + ", row.Steps.Select(s => $"{Number(s.Calls)} x {Amount.Show(s.UnitPriceE10, 10, results.Currency.Decimals)}"));

    private void Quarantine()
    {
        Title("Held in quarantine: nothing is lost, nothing is charged unseen");
        listing.Table(results.Held.GroupBy(h => h.Reason, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList(),
        [
            new("Reason", g => g.Key),
            new("Events", g => Number(g.Count()), true),
            new("Calls", g => Number(g.Sum(h => h.Calls)), true),
            new("Value", g => results.Money(g.Aggregate((Int128)0, (sum, h) => sum + (h.ValueE8 ?? 0))), true),
            new("Why", g => Why(g.Key)),
        ]);
    }

    private static string Why(string reason) => reason switch
    {
        HoldReason.Conflict => "one id, then another count",
        HoldReason.Malformed => "a health check, status 0",
        HoldReason.UnknownAccount => $"'{Cast.Mistyped}': a mistyped key",
        HoldReason.NotSubscribed => "nettle-games had unsubscribed",
        _ => "",
    };

    private void Next(string? keptFile)
    {
        Title("What to try next, from the root of the checkout");
        listing.Say("settlement() { dotnet run --project src/Settlement.Worker -- \"$@\"; }");
        if (keptFile is not null)
        {
            var row = results.Rows.Where(r => r.AccountId == ExcerptAccount).First(r => r.Steps.Count > 1);
            listing.Say($"settlement bill --account {ExcerptAccount} --month 2026-06 --database {keptFile}");
            listing.Say($"settlement explain {Domain.Plans.Ids.Row(row.AccountNo, row.AccountVersion, row.Line)} --database {keptFile}");
            listing.Say($"settlement account cedar-clinic --database {keptFile}");
            listing.Say($"settlement quarantine list --database {keptFile}");
        }
        else
        {
            listing.Say("settlement demo --keep demo.db             # the same, and the database stays");
        }

        listing.Say("settlement simulate deploy/examples/what-if.json");
        listing.Say("settlement --help                          # and README.md");
    }

    private void Title(string text)
    {
        listing.Say("");
        listing.Say(text);
        listing.Say(new string('─', Math.Min(width, text.Length)));
    }

    private void Wrapped(string mark, string text)
    {
        var indent = mark.Length == 0 ? "" : new string(' ', mark.Length + 1);
        var line = new System.Text.StringBuilder(mark.Length == 0 ? "" : mark + " ");
        var room = Math.Min(width, 100);
        foreach (var word in text.Split(' '))
        {
            if (line.Length + word.Length >= room)
            {
                listing.Say(line.ToString().TrimEnd());
                line.Clear().Append(indent);
            }

            line.Append(word).Append(' ');
        }

        listing.Say(line.ToString().TrimEnd());
    }
}
