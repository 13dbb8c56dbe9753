using Settlement.Domain.Plans;

namespace Settlement.Engine.Lifecycle;

/// <summary>An entry of the agenda as it is stored.</summary>
internal sealed class AgendaRow
{
    public long DueUs { get; init; }

    public long Kind { get; init; }

    public long SortUs { get; init; }

    public long AccountNo { get; init; }

    public long PackageNo { get; init; }

    public long LotNo { get; init; }

    public AgendaEntry ToEntry() => new(DueUs, (AgendaKind)Kind, AccountNo, PackageNo, LotNo, SortUs);
}
