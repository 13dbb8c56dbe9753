using System.Threading.Channels;

namespace Settlement.Worker.Running;

/// <summary>A signal that something may be due. Any number of calls while the time line is busy count as one.</summary>
internal sealed class Wakeup
{
    private readonly Channel<bool> calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => calls.Writer.TryWrite(true);

    /// <summary>Waits for a call, or until the time has passed.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var delay = Task.Delay(atMost, time, limit.Token);
        var call = calls.Reader.WaitToReadAsync(limit.Token).AsTask();
        await Task.WhenAny(call, delay);
        await limit.CancelAsync();
        cancel.ThrowIfCancellationRequested();
        calls.Reader.TryRead(out _);
    }
}
