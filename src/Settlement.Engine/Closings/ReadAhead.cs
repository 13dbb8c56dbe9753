
using System.Collections.Concurrent;

namespace Settlement.Engine.Closings;

/// <summary>
/// Reads a sequence on a thread of its own, a few elements ahead: the next accounts are grouped, loaded and decided while these are written. Disposed, it stops reading
/// and waits until it has.
/// </summary>
internal sealed class ReadAhead<T> : IDisposable
{
    private readonly BlockingCollection<T> read;
    private readonly CancellationTokenSource stopped = new();
    private readonly Task reading;

    public ReadAhead(IEnumerable<T> source, int ahead)
    {
        read = new BlockingCollection<T>(ahead);
        reading = Task.Factory.StartNew(() => Fill(source), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The elements, in order; what reading them threw is thrown here.</summary>
    public IEnumerable<T> Elements()
    {
        foreach (var element in read.GetConsumingEnumerable())
            yield return element;
        reading.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        stopped.Cancel();
        ((IAsyncResult)reading).AsyncWaitHandle.WaitOne();
        stopped.Dispose();
        read.Dispose();
    }

    private void Fill(IEnumerable<T> source)
    {
        try
        {
            foreach (var element in source)
                read.Add(element, stopped.Token);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Nobody wants the rest.
        }
        finally
        {
            read.CompleteAdding();
        }
    }
}
