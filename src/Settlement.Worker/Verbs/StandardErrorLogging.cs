using Microsoft.Extensions.Logging.Console;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Verbs;

/// <summary>Logs go to standard error: standard output belongs to results.</summary>
internal static class StandardErrorLogging
{
    public static ILoggingBuilder AddStandardError(this ILoggingBuilder logging, WorkerSettings settings, bool verbose)
    {
        logging.ClearProviders().SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information)
            .AddFilter("Microsoft", Libraries(verbose)).AddFilter("Quartz", Libraries(verbose)).AddFilter("MassTransit", Libraries(verbose))
            // An agent's mistake is no error of ours; what has failed for good we say ourselves, once and in a line (UnreadableFilter).
            .AddFilter("MassTransit.ReceiveTransport", level => verbose || level is LogLevel.Warning or LogLevel.Critical)
            .AddConfiguration(new ConfigurationBuilder().AddInMemoryCollection(settings.Logging).Build())
            .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", true));
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        return logging;
    }

    /// <summary>At three in the morning our own lines should be the ones seen.</summary>
    private static LogLevel Libraries(bool verbose) => verbose ? LogLevel.Information : LogLevel.Warning;
}
