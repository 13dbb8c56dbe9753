using System.Data;
using System.Data.Common;
using Settlement.Domain.Plans;
using Settlement.Storage;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Parking;

/// <summary>
/// A step can't be done with the account in its current state: an invariant is broken or a number is out of bounds (2.5). Nothing of the step is
/// written.
/// </summary>
public sealed class StepFaultException(string reason, Exception? cause) : Exception(reason, cause)
{
    public StepFaultException(Exception cause)
        : this(cause.Message, cause)
    {
    }
}

/// <summary>
/// Separates faults of an account from other failures (2.5). A fault in the facts parks the account. A failure of the database, a conflict with
/// another writer or the stopping of a worker does not.
/// </summary>
internal static class StepFault
{
    /// <summary>Loads, decides or writes for accounts, within a transaction whose database responds.</summary>
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

    /// <summary>A plan that may be written.</summary>
    /// <exception cref="StepFaultException">The decision found an amount out of bounds.</exception>
    public static Plan Checked(Plan plan) => plan.Fault is null ? plan : throw new StepFaultException(plan.Fault, null);

    /// <summary>Does a unit of work. Returns the fault it met, or null.</summary>
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
            // A key that is still taken, however often the work is tried.
            return new StepFaultException(e);
        }
    }

    /// <summary>A lost connection also makes ADO.NET throw an <see cref="InvalidOperationException"/>.</summary>
    private static bool IsAlive(Session session) =>
        session.Connection.State == ConnectionState.Open && (session.Transaction is null || session.Transaction.Connection is not null);
}

/// <summary>
/// Work on many items at once. If it fails because of a fact, the items are divided until the failing one is alone. The order stays the same.
/// </summary>
internal static class Divided
{
    /// <summary>Tries of a transaction that was divided. The undivided one has already waited for other writers.</summary>
    private const int Tries = 3;

    /// <param name="work">Does some of the items in one transaction, with the given number of tries.</param>
    /// <param name="alone">Called for an item that failed twice by itself, before the items after it are done.</param>
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
