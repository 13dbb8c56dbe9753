using Settlement.Storage.Bills;

namespace Settlement.Storage.Notices;

/// <summary>Notices that were written with their cause and wait to be published; the record stays after publishing (10).</summary>
public static class Outbox
{
    /// <summary>The next ones to publish: per account in the order of their sequence.</summary>
    public static List<NoticeLine> Next(Session session, int most) => session.Stream<NoticeLine>("notice/unpublished").Take(most).ToList();

    public static void MarkPublished(Session session, IEnumerable<NoticeLine> notices) => session.Execute("notice/published", notices);
}
