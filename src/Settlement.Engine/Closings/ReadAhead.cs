using System.Collections.Concurrent;

namespace Settlement.Engine.Closings;

/// <summary>
/// Reads a sequence on its own thread, a few elements ahead: the next accounts are grouped, loaded and decided while the current ones are written.
/// Disposing it stops the reading and waits until it has stopped.
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

    /// <summary>The elements, in order. An exception thrown while reading is rethrown here.</summary>
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
            // Nobody needs the rest.
        }
        finally
        {
            read.CompleteAdding();
        }
    }
}
