using Settlement.Domain.Ledger;
using Settlement.Domain.Time;
using Settlement.Storage.Bills;
using static Settlement.Worker.Demo.MonthResults;

namespace Settlement.Worker.Demo;

/// <summary>Charts in plain text: they look the same on every terminal, in a file and in an email.</summary>
internal static class DailyChart
{
    private const char ByPackage = '█';
    private const char ByBalance = '░';
    private const string Heights = "▁▂▃▄▅▆▇█";
    private const int LabelWidth = 7;
    private const int NumberWidth = 8;
    private const int MostWidth = 110;

    public static IEnumerable<string> Days(MonthResults results, int width)
    {
        var days = new (long Package, long Balance)[Calendar.Days + 1];
        foreach (var row in Usage(results))
        {
            ref var day = ref days[Calendar.DayOf(row.UseHour!.Value.StartUs)];
            day = row.Kind == (long)RowKind.PackageUsage ? (day.Package + row.Calls!.Value, day.Balance)
                : (day.Package, day.Balance + row.Calls!.Value);
        }

        var most = days.Max(d => d.Package + d.Balance);
        var room = Math.Min(width, MostWidth) - LabelWidth - NumberWidth - 1;
        yield return $"Calls a day: {ByPackage} paid by package, {ByBalance} from the balance";
        for (var day = 1; day <= Calendar.Days; day++)
        {
            var (package, balance) = days[day];
            var all = Length(package + balance, most, room);
            var covered = Length(package, most, room);
            var label = Calendar.Zone.DateOf(Calendar.At(day, 12, 0)).ToString("ddd dd", System.Globalization.CultureInfo.InvariantCulture);
            yield return $"{label,-LabelWidth}{new string(ByPackage, covered)}{new string(ByBalance, all - covered)} {Number(package + balance)}";
        }
    }

    /// <summary>The mean of each hour on working days: one character per hour.</summary>
    public static string Hours(MonthResults results)
    {
        var hours = new long[24];
        foreach (var row in Usage(results))
        {
            var at = Instant.ToUtc(row.UseHour!.Value.StartUs).ToOffset(Calendar.Zone.Offset);
            if (at.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
                hours[at.Hour] += row.Calls!.Value;
        }

        var most = hours.Max();
        return "A working day: 00:00 " + string.Concat(hours.Select(h => Heights[(int)(h * (Heights.Length - 1) / most)])) + " 24:00";
    }

    private static IEnumerable<BillLine> Usage(MonthResults results) =>
        results.Rows.Where(r => r.UseHour is not null && r.Kind is (long)RowKind.PackageUsage or (long)RowKind.PayPerUse);

    private static int Length(long calls, long most, int room) => (int)((calls * room + most / 2) / most);
}
