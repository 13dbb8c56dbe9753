using Settlement.Domain.Accounts;
using Settlement.Domain.Plans;
using Settlement.Domain.Settling;
using Settlement.Engine.Parking;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Closings;

/// <summary>What was decided for a batch from the state of its accounts at one moment.</summary>
internal sealed class DecidedClosings(Terms terms, long nowUs)
{
    private readonly List<SettledRun> settled = [];

    public Terms Terms { get; } = terms;

    public long NowUs { get; } = nowUs;

    /// <summary>Account by account, each with its runs in order.</summary>
    public IReadOnlyList<SettledRun> Settled => settled;

    /// <summary>Accounts that can't be settled, each with its fault.</summary>
    public Dictionary<long, StepFaultException> Faults { get; } = [];

    /// <summary>Accounts with runs left over because a step falls due before them, each with the instant up to which it is settled.</summary>
    public Dictionary<long, long> Left { get; } = [];

    /// <summary>Decides an account's runs one after the other. Stops where a step falls due that has to be done before the next run.</summary>
    /// <param name="stepUs">When its next step is due, as of loading.</param>
    public void Decide(Account account, AccountUsage usage, long stepUs, ClosingLoader loader, ScopeFacts facts)
    {
        foreach (var run in usage.Runs)
        {
            if (run.Run.DueUs > stepUs)
            {
                Left[usage.AccountNo] = run.Run.DueUs - 1;
                return;
            }

            try
            {
                var plan = StepFault.Checked(Settler.Settle(loader.InputOf(account, run)));
                settled.Add(new SettledRun(run.Run, plan));
                facts.Keep(plan);
                account = plan.Written;
                stepUs = plan.Agenda.Select(a => a.DueUs).Append(stepUs).Min();
            }
            catch (Exception e) when (e is StepFaultException || ContentFault.MayBe(e))
            {
                Faults.Add(usage.AccountNo, e as StepFaultException ?? new StepFaultException(e));
                return;
            }
        }
    }

    /// <exception cref="StepFaultException">One of the accounts can't be settled.</exception>
    public void Check()
    {
        if (Faults.Count > 0)
            throw Faults.Values.First();
    }

    /// <summary>
    /// What was decided ahead for some of the accounts. Null if one of them can't be settled, or if there is only one; it is then decided when it is
    /// written.
    /// </summary>
    public DecidedClosings? Of(IReadOnlyList<AccountUsage> some)
    {
        var wanted = some.Select(a => a.AccountNo).ToHashSet();
        if (some.Count == 1 || Faults.Keys.Any(wanted.Contains))
            return null;
        var part = new DecidedClosings(Terms, NowUs);
        part.settled.AddRange(settled.FindAll(s => wanted.Contains(s.Plan.Before.AccountNo)));
        foreach (var (accountNo, us) in Left.Where(l => wanted.Contains(l.Key)))
            part.Left[accountNo] = us;
        return part;
    }
}
