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
    public static Dictionary<long, AccountSteps> Next(IReadOnlyDictionary<long, Queue<WaitingCommand>> commands, IEnumerable<AgendaRow> agenda, IReadOnlyList<ClosingRun> runs)
    {
        var rows = agenda.GroupBy(r => r.AccountNo).ToDictionary(g => g.Key, g => g.ToList());
        return rows.Keys.Union(commands.Where(c => c.Value.Count > 0).Select(c => c.Key)).ToDictionary(
            no => no, no => Next(no, commands.GetValueOrDefault(no), rows.GetValueOrDefault(no), runs));
    }

    private static AccountSteps Next(long accountNo, Queue<WaitingCommand>? commands, List<AgendaRow>? agenda, IReadOnlyList<ClosingRun> runs)
    {
        if (commands is null or { Count: 0 } || (agenda is not null && agenda[0].DueUs < commands.Peek().AtUs))
            return new AccountSteps(accountNo, agenda![0].DueUs, [], agenda.FindAll(r => r.DueUs == agenda[0].DueUs && r.Kind == agenda[0].Kind));
        var first = commands.Peek().AtUs;
        var nextRunUs = runs.Select(r => r.DueUs).Where(us => us >= first).DefaultIfEmpty(long.MaxValue).Min();
        return new AccountSteps(accountNo, first - 1, Together(commands, Math.Min(nextRunUs, agenda?[0].DueUs ?? long.MaxValue)), []);
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
