
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;
using Settlement.Worker.Running;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Verbs;

/// <summary>For containers: asks the worker that runs here whether it is ready. 0: it is; 3: it is not, and why; 1: no worker answers.</summary>
internal sealed class HealthVerb : Verb
{
    /// <summary>Readiness answers within two seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const long LongestAnswer = 1_000_000;

    public HealthVerb()
        : base("health", "Asks the worker that runs on this machine whether it is ready. 0: it is; 3: it is not, and why; 1: no worker answers.")
    {
        Add(OutputOption);
        Does((_, context, cancel) => RunAsync(context, cancel));
    }

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancel)
    {
        var http = context.Settings.Http;
        if (http.Port == 0)
            throw new BadInputException("Http:Port: is 0, so the worker answers nowhere");
        try
        {
            var answer = await AskAsync(http, cancel);
            if (context.Listing.IsJson)
                context.Listing.Json(answer);
            else if (answer.Ready)
                context.Listing.Say("ready");
            foreach (var reason in context.Listing.IsJson ? [] : answer.Reasons)
                context.Listing.Say($"not ready: {reason.What}: {Said(reason)}");
            return answer.Ready ? Exit.Done : Exit.Differs;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"No worker answers at port {http.Port}: {Listing.Plain(e.Message)}"));
            return Exit.Unexpected;
        }
    }

    private static string Said(Unready reason) =>
        $"{reason.Reason}{(reason.Since is null ? "" : $" since {reason.Since}")}{(reason.Cause is null ? "" : $": {reason.Cause}")}";

    private static async Task<HealthEndpoints.Answer> AskAsync(HttpSettings http, CancellationToken cancel)
    {
        // The worker is on this machine, so no proxy is used.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = LongestAnswer };
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(Uri.UriSchemeHttp, "localhost", http.Port, "health/ready").Uri);
        if (http.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, cancel);
        return JsonSerializer.Deserialize<HealthEndpoints.Answer>(await answer.Content.ReadAsStringAsync(cancel), JsonOutput.Options) is { Reasons: not null } read
            ? read : throw new JsonException("what answers is not a worker");
    }
}
