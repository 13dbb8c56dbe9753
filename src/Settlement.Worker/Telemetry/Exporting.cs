using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Telemetry;

/// <summary>
/// Where metrics and traces go: metrics to whoever asks <c>/metrics</c>, and both to an OTLP collector if one is configured, by
/// <c>Telemetry:OtlpEndpoint</c> or by OpenTelemetry's own environment variables.
/// </summary>
internal static class Exporting
{
    private const string MassTransit = "MassTransit";

    private static readonly string[] Variables =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    public static void AddExporting(this IServiceCollection services, WorkerSettings settings, IConfiguration environment)
    {
        var endpoint = settings.Telemetry.OtlpEndpoint;
        var toCollector = endpoint is not null || Variables.Any(v => !string.IsNullOrEmpty(environment[v]));
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("settlement", serviceVersion: Gauges.Version()))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Instruments.Name).AddRuntimeInstrumentation();
                if (settings.Http.Port != 0)
                    metrics.AddPrometheusExporter(port => (port.ScopeInfoEnabled, port.TargetInfoEnabled) = (false, false));
                if (toCollector)
                    metrics.AddOtlpExporter(otlp => SendTo(otlp, endpoint, "v1/metrics"));
            });
        if (toCollector)
        {
            telemetry.WithTracing(traces => traces.AddSource(Tracing.Name, MassTransit).AddProcessor(new WithoutPayload())
                .AddOtlpExporter(otlp => SendTo(otlp, endpoint, "v1/traces")));
        }
    }

    /// <summary>From here on, what instruments measure is kept. The host would begin with this only when it starts.</summary>
    public static void Begin(IServiceProvider services) => services.GetRequiredService<MeterProvider>();

    /// <summary>An endpoint of ours is the collector's base address, whatever the protocol, as that of OTEL_EXPORTER_OTLP_ENDPOINT is.</summary>
    private static void SendTo(OtlpExporterOptions otlp, string? endpoint, string path)
    {
        if (endpoint is null)
            return;
        var address = new Uri(endpoint.EndsWith('/') ? endpoint : endpoint + "/");
        otlp.Endpoint = otlp.Protocol == OtlpExportProtocol.HttpProtobuf ? new Uri(address, path) : address;
    }
}
