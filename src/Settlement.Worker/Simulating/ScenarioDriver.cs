using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine;
using Settlement.Engine.Usage;

namespace Settlement.Worker.Simulating;

/// <summary>
/// Lets the actions of a scenario happen in the order of their time, then in the order of the file. In between, it moves the clock from one instant
/// at which something is due to the next. While the worker is down, it collects what would wait in the broker.
/// </summary>
internal sealed class ScenarioDriver(ScenarioWorker worker, TestClock clock, Action<string, long> show)
{
    private const int EventsPerBatch = 20_000;

    private readonly PriorityQueue<Happening, (long AtUs, int Index)> queue = new();
    private readonly List<Action<long>> waiting = [];
    private readonly List<Arrival> batch = [];
    private readonly List<string> commands = [];
    private long? downUntilUs;
    private BillingHour leftHour = new(long.MinValue);

    public void Run(Scenario scenario)
    {
        foreach (var action in scenario.Timeline)
        {
            var happening = new Happening(action);
            queue.Enqueue(happening, (happening.AtUs, action.Index));
        }

        while (queue.TryPeek(out var next, out _) && next.AtUs <= scenario.UntilUs)
        {
            Reach(next.AtUs);
            Happen(next.AtUs);
        }

        if (downUntilUs is { } up && up <= scenario.UntilUs)
            ComeUp(up);
        if (downUntilUs is null)
            Work(scenario.UntilUs);
        clock.NowUs = scenario.UntilUs;
    }

    /// <summary>
    /// Does everything that is due before an instant, each thing at its own time; what is due at that instant waits for its actions.
    /// </summary>
    private void Reach(long us)
    {
        if (downUntilUs is { } up && up <= us)
            ComeUp(up);
        if (downUntilUs is null)
            Work(us - 1);
        clock.NowUs = us;
    }

    /// <summary>Usage leaves with the hourly runs (7.4). The test clock is right by itself.</summary>
    private void Work(long untilUs)
    {
        worker.Do(core => clock.Pass(core.Timeline, untilUs));
        if (BillingHour.Of(untilUs) == leftHour)
            return;
        leftHour = BillingHour.Of(untilUs);
        worker.Do(core => core.UsageRetention.Leave(isSure: true));
    }

    /// <summary>
    /// The worker starts: what waited is stored in the order of delivery, then it catches up before the actions of this instant (2.4).
    /// </summary>
    private void ComeUp(long us)
    {
        clock.NowUs = us;
        downUntilUs = null;
        foreach (var deliver in waiting)
            deliver(us);
        Flush(us);
        waiting.Clear();
        // What is due at this very instant comes after the instant's actions, as it would have without the outage.
        worker.Do(core => core.Timeline.AdvanceTo(us - 1));
    }

    private void Happen(long us)
    {
        var happening = queue.Dequeue();
        switch (happening.Action)
        {
            case UsageAction usage:
                Deliver(happening, usage, us);
                break;
            case CommandAction command when downUntilUs is not null:
                waiting.Add(atUs => Receive(command.Body, atUs));
                break;
            case CommandAction command:
                Receive(command.Body, us);
                while (queue.TryPeek(out var next, out _) && next.AtUs == us && next.Action is CommandAction more)
                {
                    queue.Dequeue();
                    Receive(more.Body, us);
                }

                Flush(us);
                ApplyAt(us);
                break;
            case OutageAction outage:
                downUntilUs = Math.Max(downUntilUs ?? 0, outage.UntilUs);
                break;
            case ShowAction shown:
                show(shown.Label, us);
                break;
        }
    }

    /// <summary>Commands apply at once; what else is due at this instant waits for its other actions.</summary>
    private void ApplyAt(long us) => worker.Do(core => core.Timeline.ApplyCommands(us));

    private void Deliver(Happening first, UsageAction usage, long us)
    {
        if (downUntilUs is not null)
        {
            var makeEvent = first.Event;
            waiting.Add(atUs => Add(makeEvent, usage.Story.Times, atUs));
            Again(first, usage);
            return;
        }

        // Nothing that is stored now can fall due before the next hourly run, so events up to it may be stored together.
        var horizon = Math.Min(worker.Core.Timeline.Next(long.MaxValue)?.AtUs ?? long.MaxValue, BillingHour.FirstOnTheHourUs(us));
        var (happening, story, atUs) = (first, usage, us);
        while (true)
        {
            Add(happening.Event, story.Story.Times, atUs);
            Again(happening, story);
            if (!queue.TryPeek(out var next, out _) || next.AtUs > horizon || next.Action is not UsageAction more || batch.Count >= EventsPerBatch)
                break;
            queue.Dequeue();
            (happening, story, atUs) = (next, more, next.AtUs);
        }

        Flush(atUs);
        clock.NowUs = atUs;
    }

    private void Again(Happening happening, UsageAction usage)
    {
        if (happening.Next() is { } next)
            queue.Enqueue(next, (next.AtUs, usage.Index));
    }

    private void Add(ReadEvent read, long times, long atUs)
    {
        FlushCommands(atUs);
        for (var i = 0; i < times; i++)
            batch.Add(new Arrival(read, atUs));
    }

    private void Receive(string body, long atUs)
    {
        FlushUsage();
        commands.Add(body);
    }

    private void Flush(long atUs)
    {
        FlushCommands(atUs);
        FlushUsage();
    }

    private void FlushCommands(long atUs)
    {
        if (commands.Count == 0)
            return;
        worker.Do(core => core.Commands.Receive(commands, atUs));
        commands.Clear();
    }

    private void FlushUsage()
    {
        if (batch.Count == 0)
            return;
        worker.Do(core => core.Usage.Store(batch));
        batch.Clear();
    }

    /// <summary>An action when it happens; a usage action happens once per event.</summary>
    private sealed class Happening
    {
        private readonly Func<long, ReadEvent>? maker;
        private readonly long number;

        public Happening(ScenarioAction action)
            : this(action, (action as UsageAction)?.Story.Maker(), 0)
        {
        }

        private Happening(ScenarioAction action, Func<long, ReadEvent>? maker, long number)
        {
            Action = action;
            this.maker = maker;
            this.number = number;
            AtUs = action is UsageAction usage ? usage.Story.ArrivesUs(number) : action.AtUs;
        }

        public ScenarioAction Action { get; }

        public long AtUs { get; }

        public ReadEvent Event => maker!(number);

        public Happening? Next() => Action is UsageAction usage && number + 1 < usage.Story.Calls ? new Happening(Action, maker, number + 1) : null;
    }
}
