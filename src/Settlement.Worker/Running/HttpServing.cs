using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Running;

/// <summary>
/// What the HTTP port serves: health and metrics, to everybody who can reach it, in small requests. Every other path is answered with 404. Whoever
/// adds a page must ask for <c>Http:Token</c>.
/// </summary>
internal static class HttpServing
{
    private const string Metrics = "/metrics";
    private const int Kilobyte = 1024;

    public static void Listen(IWebHostBuilder host, HttpSettings http) => host.UseUrls($"http://*:{http.Port}").ConfigureKestrel(server =>
    {
        server.AddServerHeader = false;
        server.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        var limits = server.Limits;
        limits.MaxRequestBodySize = Kilobyte;
        limits.MaxRequestLineSize = 2 * Kilobyte;
        limits.MaxRequestHeadersTotalSize = 8 * Kilobyte;
        limits.MaxRequestBufferSize = 16 * Kilobyte;
        limits.MaxRequestHeaderCount = 50;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        limits.MaxConcurrentConnections = 100;
    });

    public static void Serve(WebApplication app)
    {
        HealthEndpoints.Map(app);
        // What is scraped says how ready the worker is now, not how ready it was when somebody asked last.
        app.MapPrometheusScrapingEndpoint(Metrics).WithMetadata(new HttpMethodMetadata([HttpMethods.Get]));
        app.Use(async (context, next) =>
        {
            if (context.Request.Path == Metrics)
                await context.RequestServices.GetRequiredService<Readiness>().AskAsync();
            await next(context);
        });
    }
}
