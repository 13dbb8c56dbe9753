using System.Globalization;

namespace Settlement.Worker.Output;

/// <summary>
/// Shows on standard error how far long work has got: a bar on a terminal, a line every few seconds elsewhere. Cheap enough to call for every item:
/// nothing is written more often than people can read.
/// </summary>
public sealed class Progress : IDisposable
{
    private const int BarWidth = 30;
    private static readonly TimeSpan BarEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private readonly TextWriter _error;
    private readonly bool _terminal;
    private readonly int _width;
    private readonly TimeProvider _time;
    private readonly long _started;
    private long _shownAt;
    private int _barLength;
    private (long Done, long? Total, string Label)? _unshown;

    public Progress(TextWriter error, bool terminal, TimeProvider time, int width = 80)
    {
        (_error, _terminal, _time, _width) = (error, terminal, time, width);
        _started = _shownAt = time.GetTimestamp();
    }

    /// <summary>On the console of this process.</summary>
    public static Progress OfProcess(TextWriter error, TimeProvider time)
    {
        var terminal = !Console.IsErrorRedirected;
        return new Progress(error, terminal, time, terminal && Console.WindowWidth > 0 ? Console.WindowWidth : 80);
    }

    /// <param name="done">How much is done, in whatever the label counts.</param>
    /// <param name="total">How much there is; null if that is not known.</param>
    /// <param name="label">What is counted: <c>events</c>, <c>hours closed</c>.</param>
    public void Report(long done, long? total, string label)
    {
        _unshown = (done, total, label);
        if (_time.GetElapsedTime(_shownAt) < (_terminal ? BarEvery : LineEvery))
            return;
        Show();
    }

    /// <summary>Shows where it ended, unless it was over before anything was shown.</summary>
    public void Dispose()
    {
        if (_unshown is not null && _shownAt != _started)
            Show();
        if (_barLength > 0)
            _error.WriteLine();
        _barLength = 0;
    }

    private void Show()
    {
        var (done, total, label) = _unshown!.Value;
        _unshown = null;
        _shownAt = _time.GetTimestamp();
        var text = Text(done, total, label);
        if (!_terminal)
        {
            _error.WriteLine(text);
            return;
        }

        if (text.Length >= _width)
            text = text[..(_width - 1)];
        _error.Write("\r" + text.PadRight(_barLength));
        _barLength = text.Length;
    }

    private string Text(long done, long? total, string label)
    {
        var seconds = (long)_time.GetElapsedTime(_started).TotalSeconds;
        if (total is not > 0)
            return string.Create(CultureInfo.InvariantCulture, $"{done:N0} {Listing.Plain(label)}, {seconds} s");
        var percent = (int)Int128.Clamp((Int128)done * 100 / total.Value, 0, 100);
        var bar = _terminal ? "[" + new string('#', percent * BarWidth / 100).PadRight(BarWidth) + "] " : "";
        return string.Create(CultureInfo.InvariantCulture, $"{bar}{percent}% {done:N0} of {total.Value:N0} {Listing.Plain(label)}, {seconds} s");
    }
}
