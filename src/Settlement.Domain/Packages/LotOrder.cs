namespace Settlement.Domain.Packages;

/// <summary>
/// Which lot pays first (4.2): free, promotion, bought; then earliest end, earliest start, earliest payment; then package id (ordinal), then lot
/// number. The order is total: no two lots compare equal. A project's own packages come before packages for all projects, but that depends on the
/// project of the calls, so <see cref="Queue"/> handles it.
/// </summary>
public sealed class LotOrder : IComparer<Lot>
{
    public static readonly LotOrder Instance = new();

    public int Compare(Lot? x, Lot? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var order = x.Origin.CompareTo(y.Origin);
        if (order == 0) order = x.EndUs.CompareTo(y.EndUs);
        if (order == 0) order = x.StartUs.CompareTo(y.StartUs);
        if (order == 0) order = x.PaidUs.CompareTo(y.PaidUs);
        if (order == 0) order = string.CompareOrdinal(x.PackageId, y.PackageId);
        return order != 0 ? order : x.LotNo.CompareTo(y.LotNo);
    }

    /// <summary>
    /// The lots that calls of a project may draw on, in order: its own first, then those for all projects. <paramref name="sorted"/> must already be
    /// in this order.
    /// </summary>
    public static IEnumerable<T> Queue<T>(string? project, IReadOnlyList<T> sorted, Func<T, Lot> lot) =>
        project is null
            ? sorted.Where(l => lot(l).Project is null)
            : sorted.Where(l => string.Equals(lot(l).Project, project, StringComparison.Ordinal)).Concat(sorted.Where(l => lot(l).Project is null));
}
