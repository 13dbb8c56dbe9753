using Settlement.Domain.Commands;
using Settlement.Domain.Settling;
using Settlement.Engine.Commands;
using Settlement.Engine.Lifecycle;

namespace Settlement.Engine.Spans;

/// <summary>What an account does next apart from closings: commands that follow each other, or steps of its agenda that are due together.</summary>
/// <param name="ClosedUntilUs">
/// Closings due up to this instant come before it. At the same instant, commands are first, then closings, then the agenda (2.4).
/// </param>
internal sealed record AccountSteps(long AccountNo, long ClosedUntilUs, IReadOnlyList<WaitingCommand> Commands, IReadOnlyList<AgendaRow> Agenda)
{
    /// <summary>The next steps of each account that has any.</summary>
    /// <param name="commands">The waiting commands of each account, in order.</param>
    /// <param name="agenda">The steps that are due, in order (2.4).</param>
    /// <param name="runs">The runs of the span. Steps on either side of a run are not done together.</param>
    public static Dictionary<long, AccountSteps> Next(
        IReadOnlyDictionary<long, Queue<WaitingCommand>> commands, IEnumerable<AgendaRow> agenda, IReadOnlyList<ClosingRun> runs)
    {
        var first = FirstOfEach(agenda);
        var next = new Dictionary<long, AccountSteps>(first.Count);
        foreach (var (accountNo, due) in first)
            next.Add(accountNo, Next(accountNo, commands.GetValueOrDefault(accountNo), due, runs));
        foreach (var (accountNo, waiting) in commands)
        {
            if (waiting.Count > 0 && !next.ContainsKey(accountNo))
                next.Add(accountNo, Next(accountNo, waiting, null, runs));
        }

        return next;
    }

    /// <summary>The steps of each account that are due together first.</summary>
    private static Dictionary<long, List<AgendaRow>> FirstOfEach(IEnumerable<AgendaRow> agenda)
    {
        var first = new Dictionary<long, List<AgendaRow>>();
        foreach (var row in agenda)
        {
            if (!first.TryGetValue(row.AccountNo, out var due))
                first[row.AccountNo] = [row];
            else if (due[0].DueUs == row.DueUs && due[0].Kind == row.Kind)
                due.Add(row);
        }

        return first;
    }

    private static AccountSteps Next(long accountNo, Queue<WaitingCommand>? commands, List<AgendaRow>? due, IReadOnlyList<ClosingRun> runs)
    {
        if (commands is null or { Count: 0 } || (due is not null && due[0].DueUs < commands.Peek().AtUs))
            return new AccountSteps(accountNo, due![0].DueUs, [], due);
        var first = commands.Peek().AtUs;
        var nextRunUs = runs.Select(r => r.DueUs).Where(us => us >= first).DefaultIfEmpty(long.MaxValue).Min();
        return new AccountSteps(accountNo, first - 1, Together(commands, Math.Min(nextRunUs, due?[0].DueUs ?? long.MaxValue)), []);
    }

    /// <summary>
    /// Takes commands together if nothing else falls due between them: some thousands of subscriptions, each at its own time, need not take some
    /// thousands of transactions.
    /// </summary>
    private static List<WaitingCommand> Together(Queue<WaitingCommand> commands, long otherDueUs)
    {
        var together = new List<WaitingCommand>();
        var quiet = true;
        foreach (var command in commands)
        {
            if (together.Count > 0 && command.AtUs > together[0].AtUs && (!quiet || command.AtUs > otherDueUs))
                break;
            together.Add(command);
            quiet &= CommandType.MakesNothingDue(command.Type);
        }

        return together;
    }
}
