using System.Security.Cryptography;
using System.Text;
using Settlement.Worker.Output;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Running;

/// <summary>
/// <c>/health/live</c>: fails only when a new process would help. <c>/health/ready</c>: fails, with the reasons as JSON, while the worker can't do
/// its work. <c>/health/startup</c>: fails until the worker has taken in messages once. None needs the token; without it, the texts of errors are
/// left out.
/// </summary>
internal static class HealthEndpoints
{
    private const string Bearer = "Bearer ";

    public static void Map(WebApplication app)
    {
        app.MapGet("/health/live", (IEnumerable<IHostedService> services, IHostApplicationLifetime life) => Live(services, life));
        app.MapGet("/health/ready", async (HttpRequest request, Readiness readiness, WorkerSettings settings) =>
            Ready(await readiness.AskAsync(), MayKnow(request, settings.Http.Token)));
        app.MapGet("/health/startup", (HttpRequest request, Readiness readiness, WorkerSettings settings) =>
            Startup(readiness.NotStarted(), MayKnow(request, settings.Http.Token)));
    }

    /// <summary>Fails if something that should always run has ended although nobody is stopping the worker.</summary>
    private static IResult Live(IEnumerable<IHostedService> services, IHostApplicationLifetime life)
    {
        var ended = life.ApplicationStopping.IsCancellationRequested
            ? [] : services.OfType<BackgroundService>().Where(s => s.ExecuteTask is { IsCompleted: true }).Select(s => s.GetType().Name).ToList();
        return ended.Count == 0 ? Results.Text("live")
            : Results.Text($"ended: {string.Join(", ", ended)}", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Ready(Standing standing, bool details)
    {
        var ready = standing.Reasons.Count == 0;
        return Said(new Answer(ready, Shown(standing.Reasons, details), standing.Notes, WorkerName.Mark(WorkerName.Own)), ready);
    }

    private static IResult Startup(IReadOnlyList<Unready> reasons, bool details) =>
        Said(new StartupAnswer(reasons.Count == 0, Shown(reasons, details)), reasons.Count == 0);

    private static IReadOnlyList<Unready> Shown(IReadOnlyList<Unready> reasons, bool details) =>
        details ? reasons : [.. reasons.Select(r => r with { Cause = null })];

    private static IResult Said<T>(T answer, bool good) =>
        Results.Text(JsonOutput.Write(answer), "application/json", statusCode: good ? StatusCodes.Status200OK
            : StatusCodes.Status503ServiceUnavailable);

    private static bool MayKnow(HttpRequest request, string? token) =>
        token is not null && request.Headers.Authorization is [{ } given] && given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given[Bearer.Length..]), Encoding.UTF8.GetBytes(token));

    /// <param name="Notes">What does not keep the worker from being ready; null from an earlier program.</param>
    /// <param name="Worker">See <see cref="WorkerName.Mark"/>.</param>
    internal sealed record Answer(bool Ready, IReadOnlyList<Unready> Reasons, IReadOnlyList<StoreNote>? Notes, string? Worker);

    internal sealed record StartupAnswer(bool Started, IReadOnlyList<Unready> Reasons);
}
