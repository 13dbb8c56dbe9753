using System.Security.Cryptography;
using System.Text;
using Settlement.Worker.Output;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Running;

/// <summary>
/// <c>/health/live</c>: fails only when a new process would help. <c>/health/ready</c>: fails, with the reasons as JSON, while the worker can't do
/// its work. Neither needs the token; without it, the texts of errors are left out.
/// </summary>
internal static class HealthEndpoints
{
    private const string Bearer = "Bearer ";

    public static void Map(WebApplication app)
    {
        app.MapGet("/health/live", (IEnumerable<IHostedService> services, IHostApplicationLifetime life) => Live(services, life));
        app.MapGet("/health/ready", async (HttpRequest request, Readiness readiness, WorkerSettings settings) =>
            Ready(await readiness.ReasonsAsync(), MayKnow(request, settings.Http.Token)));
    }

    /// <summary>Fails if something that should always run has ended although nobody is stopping the worker.</summary>
    private static IResult Live(IEnumerable<IHostedService> services, IHostApplicationLifetime life)
    {
        var ended = life.ApplicationStopping.IsCancellationRequested
            ? [] : services.OfType<BackgroundService>().Where(s => s.ExecuteTask is { IsCompleted: true }).Select(s => s.GetType().Name).ToList();
        return ended.Count == 0 ? Results.Text("live") : Results.Text($"ended: {string.Join(", ", ended)}", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Ready(IReadOnlyList<Unready> reasons, bool details)
    {
        var shown = details ? reasons : [.. reasons.Select(r => r with { Cause = null })];
        return Results.Text(
            JsonOutput.Write(new Answer(shown.Count == 0, shown)),
            "application/json",
            statusCode: shown.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static bool MayKnow(HttpRequest request, string? token) =>
        token is not null && request.Headers.Authorization is [{ } given] && given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given[Bearer.Length..]), Encoding.UTF8.GetBytes(token));

    internal sealed record Answer(bool Ready, IReadOnlyList<Unready> Reasons);
}
