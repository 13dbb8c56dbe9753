using Settlement.Domain.Commands;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Engine.Parking;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;

namespace Settlement.Engine.Commands;

// Commands of parked accounts (2.5). The time line puts them aside when it reaches them, so that they do not get in the way when it looks for the
// next command.
public sealed partial class CommandInbox
{
    /// <summary>The next command that was put aside for a parked account.</summary>
    internal static WaitingCommand? NextOf(Session session, long accountNo) =>
        session.One<WaitingCommand>("parked/next-command", new { AccountNo = accountNo });

    /// <summary>Applies a command of a parked account.</summary>
    internal void ApplyParked(long accountNo, WaitingCommand waiting, long nowUs, WorkClaim? claim) => store.Write(
        session =>
        {
            var terms = store.Terms.Read(session, StoreState.Of(session));
            if (session.Execute("parked/remove-command", new { AccountNo = accountNo, waiting.AtUs, waiting.CommandNo }) == 0)
                return;
            StepFault.Within(session, store.Engine, () =>
            {
                Apply(session, terms, waiting, nowUs);
                return true;
            });
        },
        claim);

    private void ApplyOrPutAside(Session session, Terms terms, WaitingCommand waiting, long nowUs, bool anyParked)
    {
        var named = anyParked ? NamedInCommand.Read(waiting.Body) : default;
        if (anyParked && named.AccountNo(session) is { } accountNo && ParkedAccounts.Of(session, [accountNo]).Count > 0)
            PutAside(session, waiting, accountNo, named);
        else
            Apply(session, terms, waiting, nowUs);
    }

    /// <summary>
    /// If a command can't be done, its account is parked and the command waits with it. A command that belongs to no account is refused, so that it
    /// does not stop the others.
    /// </summary>
    private void Park(WaitingCommand waiting, StepFaultException fault, long nowUs, WorkClaim? claim, SettleSlot? settledSlot)
    {
        var named = NamedInCommand.Read(waiting.Body);
        if (store.Read(named.AccountNo) is not { } accountNo)
        {
            store.Write(session => Refuse(session, waiting, fault.Message, nowUs), claim);
            return;
        }

        parking.Park(accountNo, ParkedStep.Command, waiting.AtUs, fault, nowUs, claim, settledSlot, session =>
            PutAside(session, waiting, accountNo, named));
    }

    /// <summary>Reported to the store. The store's notices need only the command's id and type, so the faulty part is not read again.</summary>
    private void Refuse(Session session, WaitingCommand waiting, string cause, long nowUs)
    {
        var terms = store.Terms.Read(session, StoreState.Of(session));
        if (session.Execute("command/answer", new { State = "refused", Code = Refusal.Malformed, waiting.CommandId }) == 1)
        {
            var read = new ReadCommand(null, waiting.CommandId, waiting.Type, null, null, null, null);
            WriteRefusal(session, read, terms, new StepTime(waiting.AtUs, nowUs), Refusal.Malformed, cause);
            Note(session, new AnsweredCommand(waiting.Type, Refusal.Malformed, null));
        }
    }

    private static void PutAside(Session session, WaitingCommand waiting, long accountNo, NamedInCommand named)
    {
        if (session.Execute("parked/put-command-aside", new { waiting.CommandId }) == 1)
            session.Execute("parked/add-command", new { AccountNo = accountNo, PackageId = named.Package, waiting.CommandId });
    }
}
