using System.Globalization;

namespace Settlement.Domain.Time;

/// <summary>A month of the billing zone, numbered as year x 12 + month - 1. Shown as <c>2026-03</c>.</summary>
public readonly record struct BillingMonth(int Number) : IComparable<BillingMonth>
{
    public BillingMonth Next => new(Number + 1);

    public DateOnly FirstDay => new(Number / 12, Number % 12 + 1, 1);

    public static BillingMonth Of(DateOnly date) => new(date.Year * 12 + date.Month - 1);

    public int CompareTo(BillingMonth other) => Number.CompareTo(other.Number);

    public static bool operator <(BillingMonth a, BillingMonth b) => a.Number < b.Number;

    public static bool operator >(BillingMonth a, BillingMonth b) => a.Number > b.Number;

    public static bool operator <=(BillingMonth a, BillingMonth b) => a.Number <= b.Number;

    public static bool operator >=(BillingMonth a, BillingMonth b) => a.Number >= b.Number;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number / 12:D4}-{Number % 12 + 1:D2}");
}
