using System.Net;
using System.Net.Sockets;

namespace Settlement.Worker.Tests.Replay;

/// <summary>Sits between a worker and the broker, so that one test can lose its broker while the others keep theirs.</summary>
internal sealed class Proxy(string host, int port) : IAsyncDisposable
{
    private CancellationTokenSource? open;
    private Task? accepting;

    public int Port { get; private set; }

    /// <summary>Lets connections through; the port stays the same from the first call on.</summary>
    public void Open()
    {
        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        open = new CancellationTokenSource();
        accepting = AcceptAsync(listener, open.Token);
    }

    /// <summary>Cuts all connections and accepts no new ones.</summary>
    public async Task CloseAsync()
    {
        if (open is null)
            return;
        await open.CancelAsync();
        await accepting!;
        open.Dispose();
        open = null;
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task AcceptAsync(TcpListener listener, CancellationToken cancel)
    {
        var passing = new List<Task>();
        try
        {
            while (true)
                passing.Add(PassAsync(await listener.AcceptTcpClientAsync(cancel), cancel));
        }
        catch (OperationCanceledException)
        {
            listener.Stop();
        }

        await Task.WhenAll(passing);
    }

    private async Task PassAsync(TcpClient worker, CancellationToken cancel)
    {
        using (worker)
        using (var broker = new TcpClient())
        {
            try
            {
                await broker.ConnectAsync(host, port, cancel);
                await Task.WhenAny(
                    worker.GetStream().CopyToAsync(broker.GetStream(), cancel), broker.GetStream().CopyToAsync(worker.GetStream(), cancel));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One side has gone, so the other goes too.
            }
        }
    }
}
