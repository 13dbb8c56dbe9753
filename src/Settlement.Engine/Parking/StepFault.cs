using System.Data;
using System.Data.Common;
using Settlement.Storage;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Parking;

/// <summary>A step can't be done with the account as it is: an invariant is broken or a number leaves its bounds (2.5). Nothing of it is written.</summary>
public sealed class StepFaultException(Exception cause) : Exception(cause.Message, cause);

/// <summary>
/// The boundary of an account (2.5): what lies in the facts parks it; what lies in the database, in another writer or in a worker that is stopped does not.
/// </summary>
internal static class StepFault
{
    /// <summary>Loads, decides or writes for accounts, within a transaction whose database answers.</summary>
    /// <exception cref="StepFaultException">The facts are at fault.</exception>
    public static T Within<T>(Session session, IEngine engine, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (DbException e) when (ContentFault.MayBe(e) && !engine.MayRetry(e))
        {
            throw new StepFaultException(e);
        }
        catch (Exception e) when (e is not DbException && ContentFault.MayBe(e) && IsAlive(session))
        {
            throw new StepFaultException(e);
        }
    }

    /// <summary>Does a unit of work; the fault that it met, or null.</summary>
    public static StepFaultException? Of(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (StepFaultException fault)
        {
            return fault;
        }
        catch (DbException e) when (ContentFault.MayBe(e))
        {
            // A key that stays taken, however often it is tried.
            return new StepFaultException(e);
        }
    }

    /// <summary>A connection that was lost makes ADO.NET throw an <see cref="InvalidOperationException"/>, too.</summary>
    private static bool IsAlive(Session session) =>
        session.Connection.State == ConnectionState.Open && (session.Transaction is null || session.Transaction.Connection is not null);
}

/// <summary>Work on many at once which, when it fails on a fact, is divided until what fails is alone. The order stays.</summary>
internal static class Divided
{
    /// <summary>Tries of a transaction that was divided: who else writes was waited for with the whole of it.</summary>
    private const int Tries = 3;

    /// <param name="work">Does some of them in one transaction, with so many tries.</param>
    /// <param name="alone">Told of one that failed twice by itself, before those behind it are done.</param>
    public static void Do<T>(IReadOnlyList<T> items, Action<IReadOnlyList<T>, int> work, Action<T, StepFaultException> alone) =>
        Do(items, work, alone, SettlementStore.Attempts);

    private static void Do<T>(IReadOnlyList<T> items, Action<IReadOnlyList<T>, int> work, Action<T, StepFaultException> alone, int tries)
    {
        if (items.Count == 0 || StepFault.Of(() => work(items, tries)) is null)
            return;
        if (items.Count > 1)
        {
            Do([.. items.Take(items.Count / 2)], work, alone, Tries);
            Do([.. items.Skip(items.Count / 2)], work, alone, Tries);
        }
        else if (StepFault.Of(() => work(items, Tries)) is { } fault)
        {
            alone(items[0], fault);
        }
    }
}
