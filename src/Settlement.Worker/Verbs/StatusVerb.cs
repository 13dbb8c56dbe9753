using Settlement.Domain.Time;
using Settlement.Engine.Commands;
using Settlement.Storage;
using Settlement.Storage.Clock;
using Settlement.Storage.Closings;
using Settlement.Storage.Notices;
using Settlement.Storage.Parking;
using Settlement.Storage.Quarantine;
using Settlement.Storage.Troubles;
using Settlement.Worker.Bus;
using Settlement.Worker.Output;
using Settlement.Worker.Running;
using Settlement.Worker.Settings;
using Settlement.Worker.Telemetry;

namespace Settlement.Worker.Verbs;

/// <summary>Is anything behind?</summary>
internal sealed class StatusVerb : Verb
{
    /// <summary>How far back to look for usage that no closing took: this costs no more than a closing or two.</summary>
    private const long HoursLookedThrough = 48;

    public StatusVerb()
        : base("status", "Hours behind, the oldest open hour, what fails or failed, and what waits in the outbox, the quarantine and the error queues.")
    {
        Add(OutputOption);
        Does((_, context, cancel) => RunAsync(context, cancel));
    }

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancel)
    {
        using var open = OpenStore.ToRead(context);
        var (queues, fault) = await QueuesAsync(context.Settings.RabbitMq, cancel);
        var brokerFault = fault is null ? null : Secrets.Of(context.Settings).Hide(fault);
        var attached = open.Engine.AttachedWorker();
        var health = await WorkerHealth.OfAttachedAsync(context.Settings.Http, attached, cancel);
        var view = open.Store.Read(session => View(session, open, queues, brokerFault)) with
        {
            Worker = attached, Ready = health?.Ready, Reasons = health?.Reasons,
        };
        if (context.Listing.IsJson)
            context.Listing.Json(view);
        else
            Print(context, view, open.Views.TimesAre);
        return Exit.Done;
    }

    private static async Task<(IReadOnlyList<QueueDepth>? Queues, string? Fault)> QueuesAsync(RabbitMqSettings settings, CancellationToken cancel)
    {
        if (!settings.HasHost)
            return (null, null);
        try
        {
            return (await QueueDepth.ReadAsync(settings, cancel), null);
        }
        catch (Exception e) when (BrokerConnection.IsLost(e, cancel))
        {
            return (null, BrokerConnection.CauseOf(e));
        }
    }

    private static StatusView View(Session session, OpenStore open, IReadOnlyList<QueueDepth>? queues, string? brokerFault)
    {
        var (views, nowUs) = (open.Views, open.Core.NowUs);
        var state = StoreState.Of(session);
        var oldest = ClosingRuns.OldestWaitingHour(session, state.ClosedSlot);
        var outbox = Outbox.Waiting(session);
        var clock = ClockRows.Facts(session, nowUs);
        var left = ClosingRuns.LeftBehind(session, state, HoursLookedThrough);
        var ahead = clock.IsAheadOf(nowUs);
        var parked = ParkedAccounts.Count(session);
        return new StatusView(
            open.Engine.Describe(),
            null,
            null,
            null,
            views.Time(state.LastRunUs),
            views.Time(state.LastRunUs - open.Store.Settings.CloseDelayUs),
            state.ClosedHour == StoreState.NoClosedHour ? null : views.Time(state.ClosedHour.Next.StartUs),
            ahead ? null : HoursBehind.Of(state, oldest, nowUs, open.Store.Settings.CloseDelayUs),
            ahead ? views.Time(clock.PassedUs) : null,
            clock.DifferenceUs(nowUs) is null ? null : ClockDoubt.Difference(clock, nowUs, open.Store.Settings.TimeZone),
            oldest is { } hour ? views.Time(hour.StartUs) : null,
            state.HeldSinceUs is { } held ? views.Time(held) : null,
            ClosingRuns.Unfinished(session) is { } run ? views.Time(run.DueUs) : null,
            left.Events == 0 ? null : new LeftView(left.Events, views.Time(left.Hour.StartUs)),
            TroubleRows.All(session)
                .ConvertAll(t => new TroubleView(t.What, views.Time(t.SinceUs), t.EndedUs is { } us ? views.Time(us) : null, t.Cause, t.Worker)),
            CommandInbox.WaitingCount(session),
            parked.Accounts,
            parked.OldestUs is { } parkedUs ? Figures.Age(nowUs - parkedUs) : null,
            outbox.Notices,
            outbox.OldestUs is { } oldestUs ? Figures.Age(nowUs - oldestUs) : null,
            StoreNote.Of(state, parked, open.Store.Settings.TimeZone),
            QuarantineEntries.Counts(session).ConvertAll(c => new HeldView(c.Reason, c.Entries, c.Calls, Figures.Age(nowUs - c.OldestUs))),
            queues,
            brokerFault,
            SizeView.Of(session, open.Store.Settings, state, views));
    }

    private static void Print(VerbContext context, StatusView view, string timesAre)
    {
        context.Listing.Lines(
            ("Store", view.Store),
            ("Worker", view.Worker ?? "none attached"),
            ("Ready", view.Ready is { } ready ? ready ? "yes" : "no" : null),
            ("Hours behind", view.HoursBehind is { } behind ? Figures.Count(behind)
                : $"none can close: the time line is ahead of the clock until {Figures.Short(view.AheadUntil)}"),
            ("Clock", view.ClockDoubt),
            ("Last hourly run", Figures.Short(view.LastRun)),
            ("Send again from", $"{Figures.Short(view.SendAgainFrom)}, if this is a restored backup"),
            ("Closed through", view.ClosedThrough is null ? "no hour is closed yet" : Figures.Short(view.ClosedThrough)),
            ("Oldest usage open", view.OldestOpenHour is null ? "none waits for a closing"
                : $"of the hour from {Figures.Short(view.OldestOpenHour)}"),
            ("On hold since", Figures.Short(view.HeldSince)),
            ("Unfinished run", view.UnfinishedRun is null ? null : $"of {Figures.Short(view.UnfinishedRun)}: it goes on with the next closing"),
            ("Left behind", view.LeftBehind is { } left
                ? $"{Figures.Of(left.Events, "event")} in closed hours that no closing took, since the hour from {Figures.Short(left.Since)}" : null),
            ("Commands waiting", Figures.Count(view.PendingCommands)),
            ("Parked accounts", view.ParkedAccounts == 0 ? "0"
                : $"{Figures.Count(view.ParkedAccounts)}, the oldest since {view.OldestParked} (settlement parked list)"),
            ("Notices unpublished", view.UnpublishedNotices == 0 ? "0"
                : $"{Figures.Count(view.UnpublishedNotices)}, the oldest since {view.OldestNotice}"),
            ("Broker", view.BrokerFault is { } fault ? $"not reachable: {fault}" : view.Queues is null ? "none configured"
                : context.Settings.RabbitMq.Host));
        foreach (var queue in view.Queues ?? [])
            context.Listing.Say($"  {queue.Queue}: {(queue.Waiting is { } waiting ? $"{Figures.Count(waiting)} waiting" : "not there yet")}, {Figures.Count(queue.Unreadable ?? 0)} unreadable");
        foreach (var reason in view.Reasons ?? [])
            context.Listing.Say($"Not ready: {WorkerHealth.Said(reason)}");
        context.Listing.Say("");
        if (view.Trouble.Count > 0)
        {
            context.Listing.Say("Trouble");
            context.Listing.Table(
                view.Trouble,
                [
                    new("WHAT", t => t.What), new("SINCE", t => Figures.Short(t.Since)),
                    new("UNTIL", t => t.Ended is null ? "still fails" : Figures.Short(t.Ended)),
                    new("CAUSE", t => t.Cause), new("WORKER", t => t.Worker, Detail: true),
                ]);
            context.Listing.Say("");
        }

        context.Listing.Say("Quarantine");
        context.Listing.Table(
            view.Quarantine,
            [
                new("REASON", q => q.Reason), new("EVENTS", q => Figures.Count(q.Events), RightAligned: true),
                new("CALLS", q => Figures.Count(q.Calls), RightAligned: true), new("OLDEST", q => q.Oldest),
            ]);
        view.Size.Print(context.Listing);
        context.Listing.Say(timesAre);
    }

    /// <param name="Ready">What the worker says, if one that is attached answers on this machine, and why it is not; otherwise null.</param>
    /// <param name="SendAgainFrom">
    /// What agents have sent since may be missing in a copy of this store: all that they sent earlier was stored when the last run was made, unless it
    /// waited in the broker for longer than <c>CloseDelay</c>.
    /// </param>
    /// <param name="ClosedThrough">The end of the last closed hour.</param>
    /// <param name="HoursBehind">Null if the time line is ahead of the clock, until <paramref name="AheadUntil"/>.</param>
    /// <param name="Queues">Null if no broker is configured or it can't be reached.</param>
    private sealed record StatusView(
        string Store, string? Worker, bool? Ready, IReadOnlyList<Unready>? Reasons,
        string LastRun, string SendAgainFrom, string? ClosedThrough, long? HoursBehind, string? AheadUntil, string? ClockDoubt,
        string? OldestOpenHour,
        string? HeldSince, string? UnfinishedRun, LeftView? LeftBehind, IReadOnlyList<TroubleView> Trouble, long PendingCommands, long ParkedAccounts,
        string? OldestParked, long UnpublishedNotices, string? OldestNotice, IReadOnlyList<StoreNote> Notes, IReadOnlyList<HeldView> Quarantine,
        IReadOnlyList<QueueDepth>? Queues, string? BrokerFault, SizeView Size);

    private sealed record LeftView(long Events, string Since);

    /// <param name="Ended">Null if it still fails.</param>
    private sealed record TroubleView(string What, string Since, string? Ended, string Cause, string Worker);

    private sealed record HeldView(string Reason, long Events, long Calls, string Oldest);
}
