using Microsoft.Extensions.Logging.Console;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Output;

/// <summary>Logs go to standard error: standard output belongs to results.</summary>
internal static class StandardErrorLogging
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static ILoggingBuilder AddStandardError(this ILoggingBuilder logging, WorkerSettings settings, bool verbose)
    {
        logging.ClearProviders().SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information)
            .AddFilter("Microsoft", Libraries(verbose)).AddFilter("Quartz", Libraries(verbose)).AddFilter("MassTransit", Libraries(verbose))
            // An agent's mistake is not our error; what has failed for good is reported by us, once and in one line (UnreadableFilter).
            .AddFilter("MassTransit.ReceiveTransport", level => verbose || level is LogLevel.Warning or LogLevel.Critical)
            .AddConfiguration(new ConfigurationBuilder().AddInMemoryCollection(settings.Logging).Build())
            .AddConsole();
        Format(logging.Services, settings);
        Show(logging.Services, settings);
        return logging;
    }

    private static string FormatterOf(WorkerSettings settings) =>
        settings.Logging.GetValueOrDefault("Console:FormatterName") ?? ConsoleFormatterNames.Simple;

    private static bool IsJson(WorkerSettings settings) =>
        FormatterOf(settings).Equals(ConsoleFormatterNames.Json, StringComparison.OrdinalIgnoreCase);

    private static void Show(IServiceCollection services, WorkerSettings settings)
    {
        services.Remove(services.Single(s => s.ServiceType == typeof(ILoggerProvider) && s.ImplementationType == typeof(ConsoleLoggerProvider)));
        services.AddSingleton<ConsoleLoggerProvider>().AddSingleton<ILoggerProvider>(provider =>
            new PlainLogs(provider.GetRequiredService<ConsoleLoggerProvider>(), Secrets.Of(settings), IsJson(settings)));
    }

    /// <summary>
    /// A line for people, in UTC, unless the settings say otherwise. The host has already chosen its own format, so the one in the settings is read
    /// from them here.
    /// </summary>
    private static void Format(IServiceCollection services, WorkerSettings settings)
    {
        var options = new ConfigurationBuilder().AddInMemoryCollection(settings.Logging).Build().GetSection("Console:FormatterOptions");
        services.Configure<ConsoleLoggerOptions>(console =>
        {
            console.FormatterName = FormatterOf(settings);
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        services.Configure<SimpleConsoleFormatterOptions>(line =>
        {
            (line.SingleLine, line.TimestampFormat, line.UseUtcTimestamp) = (true, Time + " ", true);
            options.Bind(line);
        });
        services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            (json.TimestampFormat, json.UseUtcTimestamp) = (Time, true);
            options.Bind(json);
        });
    }

    /// <summary>At three in the morning, our own lines should be the ones that people see.</summary>
    private static LogLevel Libraries(bool verbose) => verbose ? LogLevel.Information : LogLevel.Warning;
}
