namespace Settlement.Worker.Bus;

/// <summary>
/// Whether a bus has ended. What it had in hand is back with the broker and goes to the next bus. Here it is neither retried, which would keep it in
/// memory for as long as there are retries left, nor reported.
/// </summary>
internal sealed class BusEnd
{
    private volatile bool hasCome;

    public bool HasCome => hasCome;

    public void Come() => hasCome = true;
}
