using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>The HTTP port serves health and metrics, in small requests, and nothing else.</summary>
public sealed class HttpPortTests : IDisposable
{
    /// <summary>Nobody listens there, so the worker waits for its broker.</summary>
    private static readonly RabbitMqSettings Nowhere = new("127.0.0.1", RunningWorkerTests.FreePort());

    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task It_serves_health_and_metrics_and_nothing_else()
    {
        await using var worker = await StartAsync();
        foreach (var path in new[] { "", "index.html", "health", "health/ready/more", "metrics/more", "swagger", "api/accounts", "%2e%2e/settlement.db" })
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(worker, HttpMethod.Get, path)).Status);
        foreach (var path in new[] { "health/live", "health/ready", "health/startup", "metrics" })
        {
            foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete })
                Assert.Equal(HttpStatusCode.MethodNotAllowed, (await SendAsync(worker, method, path)).Status);
        }

        foreach (var path in new[] { "health/live", "metrics", "nothing" })
            Assert.Empty((await SendAsync(worker, HttpMethod.Get, path)).Server);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(worker, HttpMethod.Get, "health/live")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(worker, HttpMethod.Get, "metrics")).Status);
        Assert.Contains(" 431 ", await RawAsync(worker.Port, $"GET /health/live HTTP/1.1\r\nHost: x\r\nX: {new string('x', 10_000)}\r\n\r\n"),
            StringComparison.Ordinal);
        Assert.Contains(" 414 ", await RawAsync(worker.Port, $"GET /{new string('x', 3_000)} HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_not_started_until_the_broker_was_there_and_errors_are_told_to_those_with_the_token()
    {
        await using var worker = await StartAsync("Http__Token=sesame");
        foreach (var path in new[] { "health/startup", "health/ready" })
        {
            var (status, json) = await worker.GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            var reason = Assert.Single(json.GetProperty("reasons").EnumerateArray());
            Assert.Equal(("broker", JsonValueKind.Null), (reason.GetProperty("what").GetString(), reason.GetProperty("cause").ValueKind));
            worker.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sesame");
            Assert.Equal(JsonValueKind.String, (await worker.GetAsync(path)).Json.GetProperty("reasons")[0].GetProperty("cause").ValueKind);
            worker.Http.DefaultRequestHeaders.Authorization = null;
        }

        Assert.DoesNotContain("sesame", (await SendAsync(worker, HttpMethod.Get, "metrics")).Body, StringComparison.Ordinal);
    }

    private async Task<WatchedWorker> StartAsync(params string[] settings)
    {
        var worker = new WatchedWorker(Nowhere, store, settings);
        await worker.Process.UntilAsync(() => new Health(worker.Port).AnswersAsync("live", HttpStatusCode.OK), "it answers");
        await worker.Process.UntilLoggedAsync("No messages can be taken in from the broker");
        return worker;
    }

    private static async Task<(HttpStatusCode Status, string Server, string Body)> SendAsync(WatchedWorker worker, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        using var answer = await worker.Http.SendAsync(request, Cancel);
        return (answer.StatusCode, answer.Headers.Server.ToString(), await answer.Content.ReadAsStringAsync(Cancel));
    }

    private static async Task<string> RawAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancel);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(Cancel) ?? "";
    }
}
