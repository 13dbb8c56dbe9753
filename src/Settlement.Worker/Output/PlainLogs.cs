using Microsoft.Extensions.Logging.Console;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Output;

/// <summary>
/// The console's log without secrets and, for people, as <see cref="PlainText"/>: a message or the text of an error may contain what agents send. The
/// log as JSON needs no plain text: the serializer escapes. It keeps the values of a message, unless a secret is in one.
/// </summary>
[ProviderAlias("Console")]
internal sealed class PlainLogs(ConsoleLoggerProvider console, Secrets secrets, bool isJson) : ILoggerProvider, ISupportExternalScope
{
    public ILogger CreateLogger(string categoryName) => new Plain(console.CreateLogger(categoryName), secrets, isJson);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => console.SetScopeProvider(scopeProvider);

    /// <summary>The console provider belongs to the container, which disposes of it.</summary>
    public void Dispose()
    {
    }

    private sealed class Plain(ILogger inner, Secrets secrets, bool isJson) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception);
            if (isJson && !AreIn(text, state, exception))
                inner.Log(logLevel, eventId, state, exception, formatter);
            else
                inner.Log(logLevel, eventId, Line(text), exception is null ? null : new Shown(exception, Line, Text), static (line, _) => line);
        }

        private bool AreIn<TState>(string text, TState state, Exception? exception) =>
            secrets.AreIn(text) || (exception is not null && secrets.AreIn(exception.ToString()))
            || (state is IEnumerable<KeyValuePair<string, object?>> values && values.Any(v => secrets.AreIn(v.Value?.ToString() ?? "")));

        private string Line(string text) => isJson ? secrets.Hide(text) : PlainText.Line(secrets.Hide(text));

        private string Text(string text) => isJson ? secrets.Hide(text) : PlainText.Text(secrets.Hide(text));
    }

    /// <summary>An error as the log shows it. Its lines stay lines.</summary>
    private sealed class Shown(Exception error, Func<string, string> line, Func<string, string> text) : Exception(line(error.Message))
    {
        public override string ToString() => text(error.ToString());
    }
}
