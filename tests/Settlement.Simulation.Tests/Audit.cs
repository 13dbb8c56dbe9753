// What must hold for every result, whatever the case is about: nothing is lost, nothing is drawn twice, and the listings are in order.
using System.Globalization;
using System.Text.Json;

namespace Settlement.Simulation.Tests;

internal static class Audit
{
    private static readonly string[] UsageKinds = ["pay-per-use", "package-usage"];

    public static IEnumerable<string> Faults(JsonElement scenario, JsonElement result)
    {
        JsonElement[] rows = [.. result.GetProperty("bill").EnumerateArray()];
        JsonElement[] balances = [.. result.GetProperty("balances").EnumerateArray()];
        return [.. rows.SelectMany(OfRow), .. OfOrder(rows), .. OfLots(result, rows), .. OfRemainders(rows, balances),
            .. OfBalances(scenario, result, rows, balances)];
    }

    private static IEnumerable<string> OfRow(JsonElement row)
    {
        if (Text(row, "kind") != "pay-per-use")
        {
            yield break;
        }

        var steps = row.GetProperty("tiers").EnumerateArray().Sum(t => t.GetProperty("calls").GetInt64());
        if (steps != row.GetProperty("calls").GetInt64())
        {
            yield return $"6.1: the tier steps of row {Text(row, "row")} have {steps} calls, the row {row.GetProperty("calls")}";
        }
    }

    private static IEnumerable<string> OfOrder(JsonElement[] rows) =>
        rows.Zip(rows.Skip(1))
            .Where(pair => Time(pair.First) > Time(pair.Second))
            .Select(pair => $"5: row {Text(pair.Second, "row")} is listed after a later one");

    /// <summary>3.3, 4.1: what was drawn from the lots is what their usage rows say, and no lot gives more than it has.</summary>
    private static IEnumerable<string> OfLots(JsonElement result, JsonElement[] rows)
    {
        var drawn = rows.Where(r => Text(r, "kind") == "package-usage")
            .GroupBy(r => (Text(r, "package"), r.GetProperty("lot").GetInt32()))
            .ToDictionary(g => g.Key, g => g.Sum(r => r.GetProperty("calls").GetInt64()));
        foreach (var lot in result.GetProperty("packages").EnumerateArray())
        {
            var used = drawn.GetValueOrDefault((Text(lot, "package"), lot.GetProperty("lot").GetInt32()));
            var (calls, left) = (lot.GetProperty("calls").GetInt64(), lot.GetProperty("left").GetInt64());
            if (left < 0 || calls - left != used)
            {
                yield return $"4.1: lot {lot.GetProperty("lot")} of {Text(lot, "package")} has {left} of {calls} left, its rows drew {used}";
            }
        }
    }

    /// <summary>5.4: no amount is lost in either direction.</summary>
    private static IEnumerable<string> OfRemainders(JsonElement[] rows, JsonElement[] balances)
    {
        foreach (var balance in balances)
        {
            var usage = rows.Where(r => UsageKinds.Contains(Text(r, "kind")) && Text(r, "account") == Text(balance, "account")).ToArray();
            var kept = usage.Sum(r => Amount(r, "fee") - Amount(r, "deducted") - Amount(r, "writtenOff"));
            if (kept != Amount(balance, "remainder"))
            {
                yield return $"5.4: the rows of {Text(balance, "account")} leave a remainder of {kept}, the account says {Text(balance, "remainder")}";
            }
        }
    }

    /// <summary>11: the balance is the sum of the movements. Checks nothing if some top-up of the scenario may not have been applied.</summary>
    private static IEnumerable<string> OfBalances(JsonElement scenario, JsonElement result, JsonElement[] rows, JsonElement[] balances)
    {
        var timeline = scenario.GetProperty("timeline").EnumerateArray().ToArray();
        var topUps = timeline.Where(e => e.TryGetProperty("top-up", out _)).Select(e => e.GetProperty("top-up")).ToArray();
        if (topUps.Any(t => t.TryGetProperty("id", out _)) || timeline.Any(e => e.TryGetProperty("outage", out _))
            || result.GetProperty("refusals").EnumerateArray().Any(r => Text(r, "command") == "top-up"))
        {
            yield break;
        }

        foreach (var balance in balances)
        {
            var account = Text(balance, "account");
            var sum = timeline.Where(e => IsDone(e, balance)).Select(e => e.GetProperty("top-up")).Where(t => Text(t, "account") == account)
                .Sum(t => Amount(t, "amount"))
                - rows.Where(r => Text(r, "account") == account).Sum(r => Amount(r, "deducted"));
            if (sum != Amount(balance, "balance"))
            {
                yield return $"11: the movements of {account} sum up to {sum}, its balance is {Text(balance, "balance")}";
            }
        }
    }

    /// <summary>
    /// Whether an entry is a top-up that is not waiting for a parked account (2.5). Commands come before anything else due at the same instant.
    /// </summary>
    private static bool IsDone(JsonElement entry, JsonElement balance) => entry.TryGetProperty("top-up", out _)
        && (balance.GetProperty("parked") is not { ValueKind: JsonValueKind.Object } parked
            || string.CompareOrdinal(Text(entry, "at"), Text(parked, "at")[..Text(entry, "at").Length]) < (Text(parked, "step") == "command"
                ? 0 : 1));

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static decimal Amount(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? decimal.Parse(value.GetString()!, CultureInfo.InvariantCulture)
            : 0;

    private static DateTimeOffset Time(JsonElement row) => DateTimeOffset.Parse(Text(row, "transactionTime"), CultureInfo.InvariantCulture);
}
