namespace Settlement.Storage.Notices;

public sealed class NoticeLine
{
    public long AccountNo { get; init; }

    public long Sequence { get; init; }

    public string AccountId { get; init; } = "";

    public string NoticeId { get; init; } = "";

    public string Name { get; init; } = "";

    public long AtUs { get; init; }

    public string? PackageId { get; init; }

    public string Body { get; init; } = "";

    public long Published { get; init; }
}
