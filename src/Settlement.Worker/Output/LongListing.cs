namespace Settlement.Worker.Output;

/// <summary>
/// A listing of any length: each row is turned into text as it comes and set aside; after the last one, all are printed. Only one row is in memory at
/// a time.
/// </summary>
public sealed class LongListing<T> : IDisposable
{
    private readonly Listing listing;
    private readonly IReadOnlyList<Column<T>> columns;
    private readonly Cells<T> cells;
    private readonly Spool spool = new();
    private readonly Func<T, string>? csv;

    /// <param name="listing">Where it is printed.</param>
    /// <param name="columns">The columns of a table.</param>
    /// <param name="csv">Turns a row into a line of CSV, if the listing may be printed that way.</param>
    internal LongListing(Listing listing, IReadOnlyList<Column<T>> columns, Func<T, string>? csv)
    {
        (this.listing, this.columns, this.csv) = (listing, columns, csv);
        cells = new Cells<T>(columns);
    }

    public long Count => spool.Count;

    public void Add(T row)
    {
        if (listing.Format == OutputFormat.Table)
            spool.Add(cells.TextsOf(row));
        else
            spool.Add(listing.IsJson ? JsonOutput.Write(row) : csv!(row));
    }

    /// <summary>Call this once, after the last row.</summary>
    /// <param name="head">The first line of CSV.</param>
    public void Print(string head = "")
    {
        if (listing.IsJson)
            listing.JsonRows(spool.Rows().Select(texts => texts[0]));
        else if (listing.Format == OutputFormat.Csv)
            listing.Raw(spool.Rows().Select(texts => texts[0]).Prepend(head));
        else
            listing.Table(columns, cells, spool.Count, spool.Rows());
    }

    public void Dispose() => spool.Dispose();
}
