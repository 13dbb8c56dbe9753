using System.Text.Json;
using Settlement.Domain.Notices;
using Settlement.Storage.Notices;
using static Settlement.Worker.Demo.MonthResults;

namespace Settlement.Worker.Demo;

/// <summary>The notices of the month that tell a story, in words.</summary>
internal static class Highlights
{
    public static IEnumerable<string> Of(MonthResults results)
    {
        foreach (var notice in results.Notices)
        {
            var data = Books.Data(notice);
            if (Words(notice, data) is { } words)
                yield return $"{Calendar.Show(notice.AtUs)}  {notice.AccountId,-14}  {notice.Name}: {words}";
        }
    }

    private static string? Words(NoticeLine notice, JsonElement data) => notice.Name switch
    {
        NoticeName.PackageUsedUp => notice.PackageId,
        NoticeName.BillingModeChanged when Text(data, "reason") is "used-up" or "lot-ended" => $"{Text(data, "mode")} ({Text(data, "reason")})",
        NoticeName.PackageRenewed => $"{notice.PackageId} to {Day(data, "end")}, {Text(data, "price")}",
        NoticeName.RenewalFailed => $"{Text(data, "shortfall")} short{(Text(data, "nextAttempt") is { } next ? $", next {Moment(next)}" : ", no more attempts")}",
        NoticeName.PackageExpired when data.GetProperty("voidCalls")
            .GetInt64() > 0 => $"{Number(data.GetProperty("voidCalls").GetInt64())} calls are void",
        NoticeName.BalanceLow or NoticeName.ArrearsStarted or NoticeName.ArrearsCleared => $"balance {Text(data, "balance")}",
        NoticeName.CommandRefused => $"{Text(data, "commandType")}, {Text(data, "code")}",
        _ => null,
    };

    private static string? Text(JsonElement data, string field) => data.TryGetProperty(field, out var value) ? value.GetString() : null;

    private static string Moment(string time) => Domain.Time.Instant.TryParse(time, out var us) ? Calendar.Show(us) : time;

    /// <summary>The last day of a lot that ends at midnight.</summary>
    private static string Day(JsonElement data, string field) =>
        Domain.Time.Instant.TryParse(Text(data, field)!, out var us) ? Calendar.Show(us - 1)[..6] : "";
}
