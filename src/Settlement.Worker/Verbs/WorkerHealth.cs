using System.Net.Http.Headers;
using System.Text.Json;
using Settlement.Worker.Output;
using Settlement.Worker.Running;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Verbs;

/// <summary>What the worker on this machine says of itself.</summary>
internal static class WorkerHealth
{
    /// <summary>Readiness answers within two seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const long LongestAnswer = 1_000_000;

    public static async Task<HealthEndpoints.Answer> AskAsync(HttpSettings http, CancellationToken cancel)
    {
        // The worker is on this machine, so no proxy is used.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = LongestAnswer };
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(Uri.UriSchemeHttp, "localhost", http.Port, "health/ready").Uri);
        if (http.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, cancel);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        return JsonSerializer.Deserialize<HealthEndpoints.Answer>(text, JsonOutput.Options) is { Reasons: not null } read
            ? read : throw new JsonException("what answers is not a worker");
    }

    /// <summary>
    /// Null if none of the workers that are attached to a store answers here: it runs elsewhere, or listens nowhere, or what answers belongs to another
    /// store.
    /// </summary>
    /// <param name="attached">Their names, as the store has them.</param>
    public static async Task<HealthEndpoints.Answer?> OfAttachedAsync(HttpSettings http, string? attached, CancellationToken cancel)
    {
        if (http.Port == 0 || attached is null)
            return null;
        try
        {
            var answer = await AskAsync(http, cancel);
            return attached.Split("; ").Any(name => WorkerName.Mark(name) == answer.Worker) ? answer : null;
        }
        catch (Exception e) when (IsNoAnswer(e, cancel))
        {
            return null;
        }
    }

    public static bool IsNoAnswer(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancel.IsCancellationRequested);

    /// <summary>A reason as a line.</summary>
    public static string Said(Unready reason) =>
        $"{reason.What}: {reason.Reason}{(reason.Since is null ? "" : $" since {reason.Since}")}{(reason.Cause is null ? "" : $": {reason.Cause}")}";
}
