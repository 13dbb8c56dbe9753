namespace Settlement.Storage.Engines;

/// <summary>
/// Takes numbers for new words and scopes from ranges reserved for this worker. If two workers asked for the highest number at the same time, they
/// would take the same one, and one of them would have to repeat its whole batch. Numbers of a transaction that is rolled back, and the rest of a
/// range when the worker ends, are never used.
/// </summary>
/// <param name="alone">
/// Opens a session in which each statement is committed at once: a range stays reserved whatever happens to the transaction that asked first.
/// </param>
internal sealed class SqlServerNumbers(Func<Session> alone)
{
    private const long NumbersPerRange = 200;

    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Next, long End)> ranges = new(StringComparer.Ordinal);

    /// <param name="name">What is numbered.</param>
    /// <param name="highest">The statement that returns the highest number in use, needed for the very first range.</param>
    public long Take(string name, string highest)
    {
        lock (gate)
        {
            var (next, end) = ranges.GetValueOrDefault(name);
            if (next == end)
                (next, end) = NewRange(name, highest);
            ranges[name] = (next + 1, end);
            return next;
        }
    }

    private (long Next, long End) NewRange(string name, string highest)
    {
        using var session = alone();
        var range = new { Name = name, Numbers = NumbersPerRange };
        var end = session.One<long?>("number/take", range);
        if (end is null)
        {
            session.Execute("number/begin", new { Name = name, NextNo = session.One<long?>(highest).GetValueOrDefault() + 1 });
            end = session.One<long?>("number/take", range);
        }

        return (end!.Value - NumbersPerRange, end.Value);
    }
}
