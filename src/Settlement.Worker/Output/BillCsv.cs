using System.Globalization;

namespace Settlement.Worker.Output;

/// <summary>Bill rows as CSV: the fields of INTERFACE 5 under their names, the tier steps in one cell, and the currency.</summary>
internal static class BillCsv
{
    public static readonly string Head = Csv.Line(
        "row", "kind", "account", "api", "region", "resource", "resourceName", "project", "package", "lot", "useStart", "useEnd", "transactionTime", "billingCycle", "calls", "late",
        "fee", "deducted", "writtenOff", "tiers", "currency");

    public static string Line(BillRowView row, string currency) => Csv.Line(
        row.Row, row.Kind, Csv.Text(row.Account), Csv.Text(row.Api), Csv.Text(row.Region), Csv.Text(row.Resource), Csv.Text(row.ResourceName),
        Csv.Text(row.Project), Csv.Text(row.Package),
        Number(row.Lot), row.UseStart, row.UseEnd, row.TransactionTime, row.BillingCycle, Number(row.Calls), row.Late ? "true" : "false", row.Fee,
        row.Deducted, row.WrittenOff,
        string.Join("; ", row.Tiers.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Calls} x {t.UnitPrice} = {t.Fee}"))), currency);

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
