using System.Text.Json;
using Settlement.Domain.Commands;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine;
using Settlement.Engine.Commands;
using Settlement.Storage;
using Settlement.Storage.Accounts;

namespace Settlement.Worker.Ingest;

/// <summary>
/// <c>--account-auto</c>: opens unknown accounts and subscribes them to the scopes they use, from the first such call on or, if that hour is closed,
/// from the first open instant. An account that a person opened keeps its subscriptions as that person left them. Everything goes through the command
/// inbox under ids made from account and scope, so a repeat does nothing, and what has been unsubscribed since stays unsubscribed.
/// </summary>
internal sealed class AccountAuto(SettlementCore core)
{
    private const int PerTransaction = 1_000;
    private const string By = "ingest --account-auto";

    private readonly Dictionary<(string Account, string Api, string Region), long> firstUseUs = [];
    private readonly List<string> sent = [];

    public long Opened { get; private set; }

    /// <summary>Scopes that were subscribed, and those that were refused with the code, once <see cref="Apply"/> has run.</summary>
    public long Subscribed { get; private set; }

    public Dictionary<string, long> Refused { get; } = new(StringComparer.Ordinal);

    public void See(UsageCall call)
    {
        var scope = (call.Account, call.Api, call.Region);
        if (!firstUseUs.TryGetValue(scope, out var us) || call.TimeUs < us)
            firstUseUs[scope] = call.TimeUs;
    }

    /// <summary>
    /// Opens the accounts and puts the subscriptions into the inbox. This comes before the usage is stored, so that no closing can come in between.
    /// </summary>
    public void Open()
    {
        var unknown = core.Store.Read(session => firstUseUs.GroupBy(u => u.Key.Account, StringComparer.Ordinal)
            .Where(a => AccountReader.Find(session, a.Key) is null).Select(a => (Account: a.Key, FirstUs: a.Min(u => u.Value))).ToList());
        Receive(unknown.ConvertAll(a => OpenAccount(a.Account, a.FirstUs)));
        Opened = unknown.Count;
        // The second round is for subscriptions whose hour was closed in between by a worker that runs alongside.
        for (var round = 0; round < 2; round++)
            Receive(core.Store.Read(Subscriptions));
    }

    /// <summary>The time line applies the subscriptions, each at its own time.</summary>
    public void Apply()
    {
        core.Timeline.ApplyCommands(core.NowUs);
        core.Store.Read(session =>
        {
            foreach (var answer in sent.Select(id => CommandInbox.Answer(session, id)!).Where(a => a.Code != Refusal.HourClosed))
            {
                if (answer.Code is null)
                    Subscribed++;
                else if (answer.Code != Refusal.AlreadySubscribed)
                    Refused[answer.Code] = Refused.GetValueOrDefault(answer.Code) + 1;
            }

            return true;
        });
    }

    private List<string> Subscriptions(Session session)
    {
        var state = StoreState.Of(session);
        var catalog = core.Store.Terms.Read(session, state).Catalog;
        var firstOpenUs = state.ClosedHour.Next.StartUs;
        var ours = new Dictionary<string, bool>(StringComparer.Ordinal);
        var bodies = new List<string>();
        foreach (var ((account, api, region), us) in firstUseUs.OrderBy(u => u.Value).ThenBy(u => u.Key))
        {
            if (!ours.TryGetValue(account, out var isOurs))
                ours[account] = isOurs = CommandInbox.Answer(session, IdOf("open", account)) is { State: "applied" };
            if (!isOurs || !catalog.HasApi(api) || !catalog.HasRegion(region) || FreeId(session, account, api, region) is not { } id)
                continue;
            sent.Add(id);
            bodies.Add(Body(new { id, type = CommandType.Subscribe, at = At(Math.Max(us, firstOpenUs)), by = By, account, api, region }));
        }

        return bodies;
    }

    private static string? FreeId(Session session, string account, string api, string region)
    {
        var first = IdOf("subscribe", account, api, region);
        if (CommandInbox.Answer(session, first) is not { } answer)
            return first;
        var second = first + "-open";
        return answer.Code == Refusal.HourClosed && CommandInbox.Answer(session, second) is null ? second : null;
    }

    private string OpenAccount(string account, long firstUs) =>
        Body(new { id = IdOf("open", account), type = CommandType.OpenAccount, at = At(firstUs), by = By, account });

    /// <summary>A call may claim to come from the future; a command may not.</summary>
    private string At(long us) => Instant.Show(Math.Min(us, core.NowUs), 0);

    private void Receive(List<string> bodies)
    {
        foreach (var chunk in bodies.Chunk(PerTransaction))
            core.Commands.Receive(chunk, core.NowUs);
    }

    /// <summary>Names may be as long as ids, so an id is made from their hash.</summary>
    private static string IdOf(string what, params string[] names) =>
        $"account-auto-{what}-{Convert.ToHexStringLower(CallHash.Text(JsonSerializer.Serialize(names)))}";

    private static string Body(object command) => JsonSerializer.Serialize(command);
}
