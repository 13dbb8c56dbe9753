namespace Settlement.Storage.Troubles;

/// <summary>
/// The troubles of all workers. Their number is bounded: one row per kind for each worker that is present, and for those that are gone one row per
/// kind, the latest.
/// </summary>
public static class TroubleRows
{
    /// <summary>Oldest first.</summary>
    public static List<Trouble> All(Session session) => session.Rows<Trouble>("trouble/all");

    /// <summary>Replaces the worker's last trouble of that kind.</summary>
    public static void Note(Session session, Trouble trouble)
    {
        session.Execute("trouble/remove", trouble);
        session.Execute("trouble/add", trouble);
    }

    /// <summary>
    /// A worker starts. The troubles left by workers that are gone, including an earlier one with the same name, are marked as ended, and only the
    /// latest of each kind is kept.
    /// </summary>
    /// <param name="others">Other workers that are present.</param>
    public static void Start(Session session, IReadOnlyCollection<string> others, long nowUs)
    {
        foreach (var kind in All(session).Where(t => !others.Contains(t.Worker)).GroupBy(t => t.What, StringComparer.Ordinal))
        {
            foreach (var older in kind.SkipLast(1))
                session.Execute("trouble/remove", older);
            session.Execute("trouble/end", new { kind.Last().Worker, kind.Last().What, EndedUs = nowUs });
        }
    }
}
