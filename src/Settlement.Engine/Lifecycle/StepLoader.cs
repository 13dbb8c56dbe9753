using Settlement.Domain.Accounts;
using Settlement.Domain.Lifecycle;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Storage;
using Settlement.Storage.Accounts;

namespace Settlement.Engine.Lifecycle;

/// <summary>
/// Loads what the decisions of some steps need, with one statement per kind of thing instead of per step. The steps are due at the same instant and
/// belong to different accounts.
/// </summary>
internal static class StepLoader
{
    /// <returns>One input per step, in the order of the steps.</returns>
    public static List<StepInput> Load(Session session, Words words, StoreState state, Terms terms, long nowUs, List<AgendaEntry> steps)
    {
        if (steps.Count == 0)
            return [];
        // The accounts come first. Every change to an account raises its version, so either everything read afterwards belongs to that version, or
        // the write fails.
        var accounts = AccountReader.Get(session, steps.ConvertAll(s => s.AccountNo));
        var lots = LotFacts.Load(session, words, steps.FindAll(s => s.PackageNo != 0));
        var ofAccounts = steps.FindAll(s => s.PackageNo == 0).ConvertAll(s => s.AccountNo);
        var subscribed = ofAccounts.Count == 0 ? null : AccountReader.SubscribedAt(session, ofAccounts, steps[0].DueUs);
        return steps.ConvertAll(step =>
        {
            var package = step.PackageNo == 0 ? null : lots.Packages[step.PackageNo];
            return new StepInput(
                step,
                terms,
                new StepTime(step.DueUs, nowUs),
                state.ClosedHour,
                state.LastRunUs,
                accounts[step.AccountNo],
                package,
                package is null ? null : lots.Scopes[package.ScopeNo],
                lots.LotOf(step),
                lots.Last.GetValueOrDefault(step.PackageNo),
                package is not null && lots.Live.Contains(package.ScopeNo),
                lots.Attempted(step),
                package is null ? [.. subscribed![step.AccountNo]] : []);
        });
    }
}

/// <summary>Packages, scopes and lots of the steps. What only one kind of step needs is empty for the others.</summary>
internal sealed class LotFacts
{
    public Dictionary<long, Package> Packages { get; private init; } = [];

    public Dictionary<long, Scope> Scopes { get; private init; } = [];

    /// <summary>The last lot of each package.</summary>
    public Dictionary<long, Lot> Last { get; private init; } = [];

    /// <summary>
    /// Scopes with a lot that is live at the instant and has calls left. They tell whether a scope is still on packages when a lot ends.
    /// </summary>
    public HashSet<long> Live { get; private init; } = [];

    /// <summary>Lots that are not the last of their package.</summary>
    private Dictionary<(long PackageNo, long LotNo), Lot> Former { get; init; } = [];

    /// <summary>Packages with an attempt for their last lot at the instant.</summary>
    private HashSet<long> LastAttempted { get; init; } = [];

    public static LotFacts Load(Session session, Words words, List<AgendaEntry> steps)
    {
        if (steps.Count == 0)
            return new LotFacts();
        var dueUs = steps[0].DueUs;
        var packageNos = steps.ConvertAll(s => s.PackageNo);
        var packages = AccountReader.GetPackages(session, packageNos);
        var scopeNos = packages.Values.Select(p => p.ScopeNo).ToList();
        var last = AccountReader.LastLots(session, packageNos);
        return new LotFacts
        {
            Packages = packages,
            Scopes = AccountReader.GetScopes(session, words, scopeNos).ToDictionary(s => s.ScopeNo),
            Last = last,
            Former = LoadFormer(session, steps.FindAll(s => last.GetValueOrDefault(s.PackageNo)?.LotNo != s.LotNo)),
            Live = steps.Exists(s => s.Kind == AgendaKind.LotEnd) ? AccountReader.LiveScopes(session, scopeNos, dueUs) : [],
            LastAttempted = steps.Exists(s => s.Kind == AgendaKind.RenewalAttempt) ? AccountReader.LastAttempted(session, packageNos, dueUs) : [],
        };
    }

    public Lot? LotOf(AgendaEntry step) =>
        Last.GetValueOrDefault(step.PackageNo) is { } last && last.LotNo == step.LotNo ? last
            : Former.GetValueOrDefault((step.PackageNo, step.LotNo));

    /// <summary>
    /// Whether an attempt for the step's lot was made at the instant. Checked only for the last lot, because no other lot is renewed.
    /// </summary>
    public bool Attempted(AgendaEntry step) => Last.GetValueOrDefault(step.PackageNo)?.LotNo == step.LotNo && LastAttempted.Contains(step.PackageNo);

    /// <summary>
    /// One statement per lot number: the two engines have no common way to pass a list of pairs, and a package may have very many lots.
    /// </summary>
    private static Dictionary<(long PackageNo, long LotNo), Lot> LoadFormer(Session session, List<AgendaEntry> steps) =>
        steps.GroupBy(s => s.LotNo).SelectMany(g => AccountReader.Lots(session, g.Select(s => s.PackageNo).ToList(), g.Key))
            .ToDictionary(l => (l.PackageNo, l.LotNo));
}
