using System.Globalization;
using System.Net;
using System.Text.Json;
using RabbitMQ.Client;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Tests.Replay;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>A worker process on a store of its own, seen from outside: by its port, and by verbs beside it.</summary>
internal sealed class WatchedWorker : IAsyncDisposable
{
    private readonly HttpClient http;
    private readonly int port = RunningWorkerTests.FreePort();

    public WatchedWorker(RabbitMqSettings broker, ReplayStore store, params ReadOnlySpan<string> settings)
    {
        Store = store;
        Process = WorkerProcess.Start(broker, store, [string.Create(CultureInfo.InvariantCulture, $"Http__Port={port}"), .. settings]);
        http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")),
            Timeout = TimeSpan.FromSeconds(20) };
    }

    public ReplayStore Store { get; }

    public WorkerProcess Process { get; }

    public HttpClient Http => http;

    public int Port => port;

    /// <summary>The start of the last hour that is due to be closed.</summary>
    public static DateTimeOffset DueHour => DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 3600 * 3600).AddHours(-3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<(HttpStatusCode Status, JsonElement Json)> GetAsync(string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        return (answer.StatusCode, JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Cancel)));
    }

    /// <param name="accept">What the scraper says it can read.</param>
    public async Task<Scrape> ScrapeAsync(string accept = "text/plain")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("metrics", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await http.SendAsync(request, Cancel);
        answer.EnsureSuccessStatusCode();
        return new Scrape(await answer.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>What the store and its worker say, by <c>status --output json</c>.</summary>
    public async Task<JsonElement> StatusAsync() =>
        JsonSerializer.Deserialize<JsonElement>((await VerbAsync(Exit.Done, "status", "--output", "json")).Output);

    public async Task<(string Output, string Error)> VerbAsync(int exit, params string[] verb)
    {
        using StringWriter output = new(), error = new();
        var ended = await CommandLine.RunAsync(
            ["--set", "Billing:MaxUsageAge=20000.00:00:00", "--set", $"Http:Port={port}", .. verb, "--database",
                Path.Combine(Store.Folder, "settlement.db")], output, error);
        Assert.True(ended == exit, $"{string.Join(' ', verb)}: {ended}\n{output}{error}");
        return (output.ToString(), error.ToString());
    }

    /// <summary>Until the endpoint, the metrics and the verb all say that the worker is ready.</summary>
    public Task UntilReadyAsync() => Process.UntilAsync(
        async () =>
            await SaysAsync(async () => (await GetAsync("health/ready")).Status == HttpStatusCode.OK) && (await ScrapeAsync())
            .Value("settlement_ready") == 1
            && (await StatusAsync()).GetProperty("ready").ValueKind == JsonValueKind.True,
        "it is ready and says so everywhere");

    /// <summary>Until the endpoint, the metrics and the verb all say that a part is not ready.</summary>
    public Task UntilUnreadyAsync(params string[] anyOf) => Process.UntilAsync(
        async () =>
        {
            var (status, ready) = await GetAsync("health/ready");
            if (status != HttpStatusCode.ServiceUnavailable || Named(ready) is not { } part)
                return false;
            var scrape = await ScrapeAsync();
            return scrape.Value("settlement_ready") == 0 && scrape.Value("settlement_not_ready", "what", part) == 1
                && Named(await StatusAsync()) == part;

            string? Named(JsonElement said) => said.GetProperty("reasons") is { ValueKind: JsonValueKind.Array } reasons
                ? reasons.EnumerateArray().Select(r => r.GetProperty("what").GetString()!).FirstOrDefault(anyOf.Contains) : null;
        },
        $"it is not ready for {string.Join(" or ", anyOf)} and says so everywhere");

    /// <summary>Whether both the endpoint and the verb have the note, or neither does.</summary>
    public async Task<bool> HasNoteAsync(string what)
    {
        var (status, ready) = await GetAsync("health/ready");
        var noted = Notes(ready);
        return status == HttpStatusCode.OK && noted == Notes(await StatusAsync()) && noted.Contains($"\"{what}\"", StringComparison.Ordinal);

        static string Notes(JsonElement said) => JsonSerializer.Serialize(said.GetProperty("notes"));
    }

    public static async Task PublishAsync(RabbitMqSettings broker, string exchange, string body)
    {
        await using var connection = await BrokerConnection.OpenAsync(broker, "agent", Cancel);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel);
        await channel.BasicPublishAsync(
            exchange, "", mandatory: true, new BasicProperties { Persistent = true }, System.Text.Encoding.UTF8.GetBytes(body), Cancel);
    }

    public static string Account(string id, DateTimeOffset at) => string.Join(
        ',',
        JsonSerializer.Serialize(new { id = "open " + id, type = "open-account", account = id, at = at.ToString("O", CultureInfo.InvariantCulture) }),
        JsonSerializer.Serialize(
            new { id = "sub " + id, type = "subscribe", account = id, api = "images", region = "cn-north-4",
            at = at.ToString("O", CultureInfo.InvariantCulture) }));

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Process.DisposeAsync();
    }

    /// <summary>A worker that has only just begun to listen refuses connections.</summary>
    private static async Task<bool> SaysAsync(Func<Task<bool>> asked)
    {
        try
        {
            return await asked();
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
