using Settlement.Domain.Packages;
using Settlement.Domain.Time;

namespace Settlement.Domain.Settling;

/// <summary>
/// Where the calls of one scope and hour went: to which lots, to pay-per-use, or uncovered and not subscribed. Only sums are kept. Each use period
/// runs from the start of its first piece with calls to the end of its last one (6.2).
/// </summary>
internal sealed class ScopeHour(ScopeUsage scope)
{
    private readonly SortedDictionary<string, ProjectUse> projects = new(StringComparer.Ordinal);

    /// <summary>By project: first the calls without one, then the others in ordinal order (5.1).</summary>
    public IEnumerable<ProjectUse> Projects => projects.Values;

    public void Spread(Drawing drawing, HourUsage hour)
    {
        foreach (var piece in hour.Pieces)
        {
            var subscribed = scope.Subscriptions.Any(s => s.Covers(piece.Piece));
            var covered = new Dictionary<(string?, bool), long>();
            var claims = drawing.OrderMatters(piece.Piece, piece.Claims) ? piece.InOrder : piece.Claims;
            foreach (var claim in claims)
            {
                var use = Of(claim.Project);
                var left = drawing.Draw(piece.Piece, claim.Project, claim.Calls, (lot, calls) => use.Draw(lot.Lot, calls, piece.Piece));
                covered[(claim.Project, claim.Waived)] = covered.GetValueOrDefault((claim.Project, claim.Waived)) + claim.Calls - left;
            }

            foreach (var claim in piece.Claims)
            {
                var skip = covered.GetValueOrDefault((claim.Project, claim.Waived));
                if (claim.Calls > skip)
                    Of(claim.Project).Uncovered.Add(new Uncovered(piece.Piece, claim, skip, subscribed || claim.Waived));
            }
        }
    }

    private ProjectUse Of(string? project)
    {
        var key = project ?? "";
        if (!projects.TryGetValue(key, out var use))
            projects[key] = use = new ProjectUse(project);
        return use;
    }
}

/// <summary>Calls of a piece that no lot covers: all except the first <see cref="Skip"/> of the claim.</summary>
internal sealed record Uncovered(Period Piece, ProjectCalls Of, long Skip, bool MayBeCharged)
{
    public long Calls => Of.Calls - Skip;
}

/// <summary>One project's calls of one scope and hour.</summary>
internal sealed class ProjectUse(string? project)
{
    private readonly Dictionary<Lot, (long Calls, Period Use)> draws = [];

    public string? Project { get; } = project;

    public List<Uncovered> Uncovered { get; } = [];

    public IEnumerable<(Lot Lot, long Calls, Period Use)> Draws =>
        draws.OrderBy(d => d.Key, LotOrder.Instance).Select(d => (d.Key, d.Value.Calls, d.Value.Use));

    public void Draw(Lot lot, long calls, Period piece)
    {
        draws[lot] = draws.TryGetValue(lot, out var before)
            ? (before.Calls + calls, new Period(before.Use.StartUs, piece.EndUs)) : (calls, piece);
    }
}
