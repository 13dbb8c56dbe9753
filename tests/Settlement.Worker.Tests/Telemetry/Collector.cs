using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Settlement.Worker.Tests.Replay;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>Takes in what is sent by OTLP over HTTP. Texts stand in it as they are, so it need not be decoded to be searched.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<(string Path, string Body)> received = [];
    private readonly Task taking;

    public Collector()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RunningWorkerTests.FreePort()}");
        listener.Prefixes.Add(Address + "/");
        listener.Start();
        taking = TakeAsync();
    }

    public string Address { get; }

    public string Everything => string.Concat(received.Select(r => r.Body));

    public bool Has(string path, string text) => received.Any(r => r.Path == path && r.Body.Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task TakeAsync()
    {
        while (listener.IsListening)
        {
            var context = await listener.GetContextAsync();
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            received.Enqueue((context.Request.Url!.AbsolutePath, Encoding.Latin1.GetString(body.ToArray())));
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }
}
