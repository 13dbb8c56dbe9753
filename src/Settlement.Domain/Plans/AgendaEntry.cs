namespace Settlement.Domain.Plans;

/// <summary>
/// What can fall due on the time line, in the order in which it is done at the same instant (2.4). Closings come before all of these.
/// </summary>
public enum AgendaKind
{
    /// <summary>The lot's last hour has closed: the calls left become void (10, <c>package-expired</c>).</summary>
    LotVoid = 10,
    LotStart = 20,
    LotEnd = 21,
    LotExpiring = 22,
    RenewalAttempt = 30,
    ArrearsFreeze = 40,
    ArrearsRelease = 41,
}

/// <summary>
/// A step of a lot or an account that will fall due. It says when to look, not what to do: that is decided from the state at that time. An entry that
/// no longer applies therefore does nothing.
/// </summary>
/// <param name="LotNo">The lot, or 0 for a step of the account.</param>
/// <param name="SortUs">The order among entries that are otherwise equal: the lot's end (attempts: earliest end first), then the package id.</param>
public sealed record AgendaEntry(long DueUs, AgendaKind Kind, long AccountNo, long PackageNo, long LotNo, long SortUs);
