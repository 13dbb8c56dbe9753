namespace Settlement.Worker.Bus;

/// <summary>
/// Whether a bus is ended. What it had in hand is with the broker again and comes to the next bus: here it is neither tried again, which would keep it in memory for
/// as long as there are tries left, nor told of.
/// </summary>
internal sealed class BusEnd
{
    private volatile bool hasCome;

    public bool HasCome => hasCome;

    public void Come() => hasCome = true;
}
