using Microsoft.Extensions.Logging.Console;

namespace Settlement.Worker.Output;

/// <summary>
/// The console's log for people. A message or the text of an error may contain what agents send; in the log it is <see cref="PlainText"/>. The log as
/// JSON needs none of this: the serializer escapes.
/// </summary>
[ProviderAlias("Console")]
internal sealed class PlainLogs(ConsoleLoggerProvider console) : ILoggerProvider, ISupportExternalScope
{
    public ILogger CreateLogger(string categoryName) => new Plain(console.CreateLogger(categoryName));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => console.SetScopeProvider(scopeProvider);

    /// <summary>The console provider belongs to the container, which disposes of it.</summary>
    public void Dispose()
    {
    }

    private sealed class Plain(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = PlainText.Line(formatter(state, exception));
            inner.Log(logLevel, eventId, line, exception is null ? null : new PlainException(exception), static (text, _) => text);
        }
    }

    /// <summary>An error as the log shows it. Its lines stay lines.</summary>
    private sealed class PlainException(Exception error) : Exception(PlainText.Line(error.Message))
    {
        public override string ToString() => PlainText.Text(error.ToString());
    }
}
