using System.Globalization;
using Settlement.Domain.Lifecycle;
using Settlement.Domain.Notices;
using Settlement.Domain.Plans;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>The lifecycle steps as they are done, each with its outcome: taken from its plan once that is committed.</summary>
internal sealed class StepsDone
{
    private readonly OpenStore open;
    private readonly ViewMaker views;
    private readonly List<StepView> steps = [];

    public StepsDone(OpenStore open)
    {
        this.open = open;
        views = open.Views;
        open.Core.Timeline.Stepped += (entry, plan) => steps.Add(View(entry, plan));
    }

    public IReadOnlyList<StepView> Steps => steps;

    public int Failing => steps.Count(s => s.Shortfall is not null);

    public static IReadOnlyList<Column<StepView>> Columns =>
    [
        new("AT", s => Figures.Short(s.At)), new("STEP", s => s.Step), new("ACCOUNT", s => s.Account), new("PACKAGE", s => s.Package),
        new("LOT", s => s.Lot?.ToString(CultureInfo.InvariantCulture), RightAligned: true, Detail: true),
        new("OUTCOME", s => s.Shortfall is null ? s.Outcome : $"{s.Shortfall} short"),
    ];

    private StepView View(AgendaEntry entry, Plan plan)
    {
        var package = entry.PackageNo == 0 ? null : open.Store.Read(session => AccountReader.GetPackage(session, entry.PackageNo)).PackageId;
        var shortfall = plan.Attempt is { Renewed: false } failed ? views.Money(failed.ShortfallE8) : null;
        return new StepView(
            views.Time(entry.DueUs), NameOf(entry.Kind), plan.Before.AccountId, package, entry.LotNo == 0 ? null : entry.LotNo, Outcome(entry, plan),
            shortfall);
    }

    private static string NameOf(AgendaKind kind) => kind switch
    {
        AgendaKind.LotVoid => "lot-void",
        AgendaKind.LotStart => "lot-start",
        AgendaKind.LotEnd => "lot-end",
        AgendaKind.LotExpiring => "lot-expiring",
        AgendaKind.RenewalAttempt => "renewal-attempt",
        AgendaKind.ArrearsFreeze => "arrears-freeze",
        AgendaKind.ArrearsRelease => "arrears-release",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
    };

    private string Outcome(AgendaEntry entry, Plan plan) => entry.Kind switch
    {
        AgendaKind.RenewalAttempt when plan.Attempt is { Renewed: false } => "insufficient-balance",
        AgendaKind.RenewalAttempt when plan.NewLots is [var lot] => $"renewed for {views.Money(lot.PriceE8)}",
        AgendaKind.RenewalAttempt => "no longer applies",
        AgendaKind.LotVoid when Told(
            plan, NoticeName.PackageExpired) is { } expired => $"{Figures.Of((long)expired.Data["voidCalls"]!, "call")} void",
        AgendaKind.LotVoid => "waits for a closing",
        AgendaKind.LotExpiring when Told(
            plan, NoticeName.PackageExpiring) is { } expiring => $"told, {Figures.Of((long)expiring.Data["left"]!, "call")} left",
        AgendaKind.LotExpiring => "renewed already",
        AgendaKind.LotStart or AgendaKind.LotEnd =>
            Told(plan, NoticeName.BillingModeChanged) is { } changed ? $"now {changed.Data["mode"]}" : "no mode change",
        _ when plan.After.State != plan.Before.State => $"account {ViewMaker.StateOf(plan.After)}",
        _ => "no longer applies",
    };

    private static Notice? Told(Plan plan, string name) => plan.Notices.FirstOrDefault(n => n.Name == name);
}

/// <param name="Shortfall">How much the balance lacked for the renewal.</param>
internal sealed record StepView(string At, string Step, string Account, string? Package, long? Lot, string Outcome, string? Shortfall);
