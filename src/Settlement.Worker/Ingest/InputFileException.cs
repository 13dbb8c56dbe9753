using System.Globalization;

namespace Settlement.Worker.Ingest;

/// <summary>A file as a whole can't be used. A bad event in a good file is a value instead, and goes to quarantine.</summary>
public sealed class InputFileException : BadInputException
{
    public InputFileException()
    {
    }

    public InputFileException(string message)
        : base(message)
    {
    }

    public InputFileException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <param name="file">As it was given.</param>
    /// <param name="line">From 1; 0 for the file as a whole.</param>
    /// <param name="reason">What is wrong, for people.</param>
    /// <param name="cause">What was caught, if anything.</param>
    public InputFileException(string file, long line, string reason, Exception? cause = null)
        : base(line == 0 ? $"{file}: {reason}" : string.Create(CultureInfo.InvariantCulture, $"{file}: line {line}: {reason}"), cause!) =>
        (File, Line) = (file, line);

    public string File { get; } = "";

    public long Line { get; }
}
