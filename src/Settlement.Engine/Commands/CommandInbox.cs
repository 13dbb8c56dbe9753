using System.Text.Json;
using Settlement.Domain.Accounts;
using Settlement.Domain.Commands;
using Settlement.Domain.Notices;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine.Parking;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;
using Settlement.Storage.Plans;

namespace Settlement.Engine.Commands;

/// <summary>
/// The command inbox. Commands are stored on arrival, each id once, and the time line applies them at their own instant (2.4). A command that is
/// malformed or lies in a closed hour is answered on arrival.
/// </summary>
public sealed partial class CommandInbox(SettlementStore store, Releases releases, bool inScenario = false, AccountParking? parking = null)
{
    /// <summary>Commands per transaction.</summary>
    public const int PerTransaction = 200;

    private readonly PlanWriter writer = new(store);
    private readonly AccountParking parking = parking ?? new AccountParking(store);

    /// <summary>Stores commands in the order of arrival, in one transaction. The caller acknowledges them after this returns.</summary>
    public void Receive(IReadOnlyList<string> bodies, long nowUs) => store.Write(session =>
    {
        // Exclusively while an account is opened: otherwise usage that another worker is storing would be held for an account that exists by then.
        store.Engine.TakeGuard(session, exclusive: bodies.Any(OpensAccount));
        var state = StoreState.Of(session);
        var terms = store.Terms.Read(session, state);
        foreach (var body in bodies)
            Receive(session, state.ClosedHour, terms, body, nowUs);
    });

    /// <summary>The instant of the earliest waiting command, or null.</summary>
    public static long? NextAtUs(Session session) => session.One<long?>("command/next-at");

    /// <summary>The latest instant, up to a given one, at which a waiting command takes effect; or null.</summary>
    public static long? LastAtUs(Session session, long untilUs) => session.One<long?>("command/last-at", new { UntilUs = untilUs });

    /// <summary>How many commands wait for their instant or for the time line.</summary>
    public static long WaitingCount(Session session) => session.One<long>("command/waiting");

    /// <summary>The first commands that take effect at or before an instant, ordered by their own time and then by arrival.</summary>
    public static List<WaitingCommand> Waiting(Session session, long atUs, int most) =>
        session.Rows<WaitingCommand>("command/pending", new { AtUs = atUs, Most = (long)most });

    /// <summary>The id under which a command is known. A command without an id gets one derived from its text.</summary>
    public static string IdOf(string body)
    {
        using var json = JsonDocument.Parse(body);
        return CommandJson.Peek(json.RootElement, "id") ?? NoId(body);
    }

    /// <summary>
    /// Whether a command opens an account. Decided by the field's value, read as it is when the command is applied: a text can be spelt in more than
    /// one way (<c>\u002d</c>), and may also appear in another field.
    /// </summary>
    public static bool OpensAccount(string body)
    {
        using var json = JsonDocument.Parse(body);
        return CommandJson.Peek(json.RootElement, "type") == CommandType.OpenAccount;
    }

    private static string NoId(string body) => $"no-id-{Convert.ToHexStringLower(CallHash.Text(body))}";

    /// <summary>
    /// Applies waiting commands in order, in one transaction. A command that another worker has already answered is skipped, and one that can't be
    /// done parks its account.
    /// </summary>
    /// <param name="settledSlot">
    /// The last slot that closings before an instant have taken, which a parked account's retry needs to know; null: everything that is closed.
    /// </param>
    public void Apply(IReadOnlyList<WaitingCommand> waiting, long nowUs, WorkClaim? claim = null, Func<long, SettleSlot>? settledSlot = null) =>
        Divided.Do(
        waiting,
        (some, tries) => store.Write(
            session =>
            {
                // Packages are numbered without gaps, so a purchase runs exclusively; otherwise two workers would take the same number.
                if (some.Any(c => c.Type == CommandType.BuyPackage))
                    store.Engine.TakeGuard(session, exclusive: true);
                var terms = store.Terms.Read(session, StoreState.Of(session));
                var anyParked = ParkedAccounts.Any(session);
                StepFault.Within(session, store.Engine, () =>
                {
                    foreach (var command in some)
                        ApplyOrPutAside(session, terms, command, nowUs, anyParked);
                    return true;
                });
            },
            claim,
            tries),
        (one, fault) => Park(one, fault, nowUs, claim, settledSlot?.Invoke(one.AtUs)));

    /// <summary>Whether the command itself triggers a closing run.</summary>
    public static bool RunsClosing(WaitingCommand waiting)
    {
        if (waiting.Type != CommandType.RunJob)
            return false;
        using var json = JsonDocument.Parse(waiting.Body);
        return json.RootElement.GetProperty("job").GetString() == "close-hours";
    }

    private void Receive(Session session, BillingHour closedHour, Terms terms, string body, long nowUs)
    {
        var read = Read(body, terms);
        var id = read.Id ?? NoId(body);
        if (session.One<long>("command/known", new { CommandId = id }) > 0)
            return;
        var inFuture = read.AtUs > nowUs;
        var closed = read.AtUs is { } at && BillingHour.Of(at) <= closedHour;
        var onArrival = read.AtUs is null || inFuture || (closed && read.Command is { } c && CommandType.AppliesOnArrival(c.Type));
        var waiting = new WaitingCommand
        {
            CommandId = id, Type = read.Type ?? "", AtUs = onArrival ? nowUs : read.AtUs!.Value, ArrivedUs = nowUs, Body = body,
        };
        var refusal = read.Command is null || inFuture ? Refusal.Malformed : closed && !onArrival ? Refusal.HourClosed : null;
        session.Execute("command/add", new
        {
            waiting.CommandId, waiting.Type, AccountId = read.Account, waiting.AtUs, waiting.ArrivedUs, Body = body, State = refusal is null
                ? "pending" : "refused", Code = refusal,
        });
        if (refusal is not null)
        {
            var detail = read.Command is null ? $"{read.Field}: {read.Cause}" : inFuture ? "at: is later than now" : null;
            WriteRefusal(session, read with { Id = id }, terms, new StepTime(waiting.AtUs, nowUs), refusal, detail);
            Note(session, new AnsweredCommand(waiting.Type, refusal, null));
        }
        else if (read.Command!.Type == CommandType.OpenAccount)
        {
            // Nothing can fall due before an account exists. Usage after this command must find the account; earlier commands must not.
            if (AccountReader.Find(session, read.Account!) is null)
                ApplyWithoutAccount(session, terms, waiting, read.Account!, nowUs);
            ApplyOrPutAside(session, terms, waiting, nowUs, ParkedAccounts.Any(session));
        }
    }

    /// <summary>
    /// Commands that arrived before the one that opens their account, perhaps during an outage. A worker that had never stopped would have refused
    /// them (2.4).
    /// </summary>
    private void ApplyWithoutAccount(Session session, Terms terms, WaitingCommand opening, string account, long nowUs)
    {
        foreach (var earlier in session.Rows<WaitingCommand>("command/pending-of-account", new { AccountId = account })
            .Where(c => c.CommandId != opening.CommandId))
            Apply(session, terms, earlier, nowUs);
    }

    private void Apply(Session session, Terms terms, WaitingCommand waiting, long nowUs)
    {
        var read = Read(waiting.Body, terms);
        if (read.Command is not { } command)
            throw new InvalidOperationException($"Command {waiting.CommandId} was well-formed on arrival and is not any more: {read.Field}: {read.Cause}");
        var time = new StepTime(waiting.AtUs, nowUs);
        var answer = CommandType.IsForStore(command.Type) ? ApplyToStore(session, command, terms, time) : Decide(session, command, terms, time);
        var answered = answer.Refusal is null ? "applied" : "refused";
        if (session.Execute("command/answer", new { State = answered, Code = answer.Refusal, waiting.CommandId }) != 1)
            return;
        if (answer.Plan is { } plan)
            writer.Write(session, [StepFault.Checked(plan)]);
        else
            WriteRefusal(session, read, terms, time, answer.Refusal!, answer.Detail);
        Note(session, new AnsweredCommand(waiting.Type, answer.Refusal, answer.Plan?.Attempt));
        if (command.Type == CommandType.OpenAccount && answer.Plan is not null)
            releases.ForAccount(session, command.Account!, nowUs);
    }

    private CommandAnswer Decide(Session session, Command command, Terms terms, StepTime time)
    {
        var package = command.Package is null ? null : AccountReader.FindPackage(session, command.Package);
        var account = command.Account is not null ? AccountReader.Find(session, command.Account)
            : package is null ? null : AccountReader.Get(session, package.AccountNo);
        // Read again, now that the account's version is known: either everything read from here on belongs to that version, or the write fails.
        package = package is null ? null : AccountReader.GetPackage(session, package.PackageNo);
        var scope = ScopeOf(session, command, terms, time, account, package);
        var subscriptions = scope is null ? (IReadOnlyList<Period>)[] : AccountReader.Subscriptions(session, scope.ScopeNo);
        var lastLot = package is null ? null : AccountReader.LastLot(session, package.PackageNo);
        return CommandDecision.Decide(new CommandInput(
            command,
            terms,
            time,
            account,
            scope,
            subscriptions,
            package,
            lastLot,
            lastLot is not null && command.Type == CommandType.SetAutoRenew
                && AccountReader.Attempted(session, lastLot.PackageNo, lastLot.LotNo, time.DueUs),
            AccountReader.Free(session, store.Engine, command.Type, account, scope, package)));
    }

    private static Scope? ScopeOf(Session session, Command command, Terms terms, StepTime time, Account? account, Domain.Packages.Package? package)
    {
        if (command.Type != CommandType.BuyPackage && package is not null)
            return AccountReader.GetScope(session, package.ScopeNo);
        if (account is null)
            return null;
        if (command.Api is not null)
            return AccountReader.FindScope(session, account.AccountNo, command.Api, command.Region!);
        var offer = command.Offer is null ? null : terms.Catalog.LastOfferAt(command.Offer, time.DueUs);
        return offer is null ? null : AccountReader.FindScope(session, account.AccountNo, offer.Api, offer.Region);
    }

    private static CommandAnswer ApplyToStore(Session session, Command command, Terms terms, StepTime time)
    {
        if (command.Type == CommandType.Hold)
            session.Execute("store/hold", new { AtUs = time.DueUs });
        else if (command.Type == CommandType.Resume)
            session.Execute("store/resume", new { AtUs = time.DueUs });
        var plan = new Plan(AccountReader.Get(session, AccountReader.StoreAccountNo), terms, time);
        CommandDecision.Tell(plan, NoticeName.CommandApplied, command);
        return CommandAnswer.Applied(plan);
    }

    private void WriteRefusal(Session session, ReadCommand read, Terms terms, StepTime time, string code, string? detail)
    {
        var account = read.Account is null ? null : AccountReader.Find(session, read.Account);
        if (account is null && read.Command?.Package is { } packageId && AccountReader.FindPackage(session, packageId) is { } package)
            account = AccountReader.Get(session, package.AccountNo);
        account ??= AccountReader.Get(session, AccountReader.StoreAccountNo);
        writer.Write(session, [CommandDecision.TellRefused(account, terms, time, read, code, detail)]);
    }

    private ReadCommand Read(string body, Terms terms)
    {
        using var json = JsonDocument.Parse(body);
        var offset = inScenario ? terms.Settings.TimeZone.Offset : (TimeSpan?)null;
        return CommandJson.Read(json.RootElement, new CommandReading(terms.Catalog.Currency, offset, inScenario));
    }
}

/// <summary>A command of the inbox.</summary>
public sealed class WaitingCommand
{
    public long CommandNo { get; init; }

    public string CommandId { get; init; } = "";

    public string Type { get; init; } = "";

    public long AtUs { get; init; }

    public long ArrivedUs { get; init; }

    public string Body { get; init; } = "";
}

/// <summary>A command and its answer.</summary>
public sealed class CommandAnswerLine
{
    public string CommandId { get; init; } = "";

    public string Type { get; init; } = "";

    public long AtUs { get; init; }

    public string Body { get; init; } = "";

    /// <summary><c>pending</c>, <c>applied</c>, <c>refused</c>, or <c>parked</c>: it waits with its account (2.5).</summary>
    public string State { get; init; } = "";

    /// <summary>The code of a refusal.</summary>
    public string? Code { get; init; }

    /// <summary>What the refusal's notice said besides the code: for a malformed command, the field.</summary>
    public string? Detail { get; set; }
}
