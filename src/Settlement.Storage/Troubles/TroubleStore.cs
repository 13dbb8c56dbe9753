namespace Settlement.Storage.Troubles;

/// <summary>The troubles of all workers. Bounded: a row for each worker that is there and kind, and of those that are gone one for each kind, the latest.</summary>
public static class TroubleStore
{
    /// <summary>The oldest first.</summary>
    public static List<Trouble> All(Session session) => session.Rows<Trouble>("trouble/all");

    /// <summary>In place of the worker's last one of that kind.</summary>
    public static void Note(Session session, Trouble trouble)
    {
        session.Execute("trouble/remove", trouble);
        session.Execute("trouble/add", trouble);
    }

    /// <summary>A worker starts: what those who are gone left, itself under the same name included, has ended, and of each kind only the latest is kept.</summary>
    /// <param name="others">Workers that are there beside this one.</param>
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
