using System.Text.Json;
using Settlement.Domain.Commands;
using Settlement.Domain.Notices;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Retention;

namespace Settlement.Engine.Commands;

// How commands were answered, for people. The bodies of old commands and notices have left (7.4); the answers are still there.
public sealed partial class CommandInbox
{
    /// <summary>How a command was answered, or null if its id is unknown.</summary>
    public static CommandAnswerLine? Answer(Session session, string commandId)
    {
        var answer = session.One<CommandAnswerLine>("command/answer-of", new { CommandId = commandId });
        if (answer?.Code is not null)
            answer.Detail = RefusalDetail(session, answer);
        return answer;
    }

    /// <summary>The command that paid for a package's lot at an instant. Needed for lots that cost nothing and so left no ledger entry.</summary>
    public static CommandAnswerLine? AppliedFor(Session session, string packageId, long atUs) =>
        session.Rows<CommandAnswerLine>("command/applied-at", new { AtUs = atUs }).Find(command =>
        {
            if (command.Body == OldBodies.Left)
                return false;
            using var json = JsonDocument.Parse(command.Body);
            return CommandJson.Peek(json.RootElement, "package") == packageId;
        });

    /// <summary>What the refusal's notice said besides the code. The notice went to the command's account or to the store.</summary>
    private static string? RefusalDetail(Session session, CommandAnswerLine answer)
    {
        if (answer.Body == OldBodies.Left)
            return null;
        using var command = JsonDocument.Parse(answer.Body);
        var account = CommandJson.Peek(command.RootElement, "account") is { } accountId ? AccountReader.Find(session, accountId)?.AccountNo : null;
        var package = CommandJson.Peek(command.RootElement, "package") is { } packageId
            ? AccountReader.FindPackage(session, packageId)?.AccountNo : null;
        var noticeId = Notice.IdOf(NoticeName.CommandRefused, answer.CommandId);
        foreach (var accountNo in new[] { account, package, AccountReader.StoreAccountNo }.OfType<long>().Distinct())
        {
            if (session.One<string>("command/refusal-notice", new { AccountNo = accountNo, NoticeId = noticeId }) is not { } body)
                continue;
            if (body == OldBodies.Left)
                return null;
            using var notice = JsonDocument.Parse(body);
            return notice.RootElement.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.String
                ? detail.GetString() : null;
        }

        return null;
    }
}
