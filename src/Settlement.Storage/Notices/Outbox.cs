using Settlement.Storage.Accounts;

namespace Settlement.Storage.Notices;

/// <summary>Notices that were written together with their cause and wait to be published. The record stays after publishing (10).</summary>
public static class Outbox
{
    /// <summary>The next notices to publish, starting after the given account: account by account, in the order of their sequence.</summary>
    public static List<NoticeLine> Next(Session session, int most, long afterAccountNo = AccountReader.StoreAccountNo - 1) =>
        session.Rows<NoticeLine>("notice/unpublished", new { Most = (long)most, AfterAccountNo = afterAccountNo });

    /// <summary>How many notices wait, and since when the oldest has been waiting.</summary>
    public static WaitingNotices Waiting(Session session) => session.One<WaitingNotices>("notice/waiting")!;

    public static void MarkPublished(Session session, IEnumerable<NoticeLine> notices) => session.ExecuteEach("notice/published", notices);
}

public sealed class WaitingNotices
{
    public long Notices { get; init; }

    public long? OldestUs { get; init; }
}
