using System.IO.Compression;
using System.Text;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>What is filled in for events if their file lacks it; null for nothing.</summary>
public sealed record UsageFill(string? Region, string? Source)
{
    public static readonly UsageFill Nothing = new(Region: null, Source: null);
}

/// <summary>
/// Files of events (INTERFACE 4): NDJSON or CSV, told apart by the first character, and gzipped or not, told apart by the first two bytes. They are
/// read as a stream: events come out while the file is still being read. If something is wrong with one event, the event goes to quarantine (7.1). If
/// something is wrong with the file as a whole, an <see cref="InputFileException"/> comes after the events before it; reading the corrected file
/// again counts none of them twice.
/// </summary>
public static class UsageFile
{
    private const string StandardInput = "-";

    /// <param name="path">A file, or - for standard input.</param>
    /// <param name="fill">What the file lacks.</param>
    /// <exception cref="InputFileException">The file can't be read or is of no known kind.</exception>
    public static IEnumerable<ReadEvent> Read(string path, UsageFill fill)
    {
        using var stream = path == StandardInput ? Console.OpenStandardInput() : Open(path);
        foreach (var read in Read(stream, path == StandardInput ? "standard input" : path, fill))
            yield return read;
    }

    /// <param name="stream">The file's bytes, gzipped or not.</param>
    /// <param name="name">What the file is called in error messages.</param>
    /// <param name="fill">What the file lacks.</param>
    public static IEnumerable<ReadEvent> Read(Stream stream, string name, UsageFill fill)
    {
        var place = new FilePlace(name);
        using var events = Parse(stream, place, fill).GetEnumerator();
        while (Next(events, place))
            yield return events.Current;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputFileException(path, 0, e.Message, e);
        }
    }

    private static bool Next(IEnumerator<ReadEvent> events, FilePlace place)
    {
        try
        {
            return events.MoveNext();
        }
        catch (DecoderFallbackException e)
        {
            throw new InputFileException(place.File, place.Line + 1, "is not UTF-8", e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InputFileException(place.File, place.Line, $"can't be read further: {e.Message}", e);
        }
    }

    private static IEnumerable<ReadEvent> Parse(Stream stream, FilePlace place, UsageFill fill)
    {
        using var whole = new PeekedStream(stream, 2);
        using var plain = whole.Peeked is [0x1F, 0x8B] ? new GZipStream(whole, CompressionMode.Decompress) : (Stream)whole;
        // If left to detect a byte order mark, the reader would continue with an encoding that lets bad bytes pass.
        using var text = new StreamReader(
            plain, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false,
            1 << 16);
        if (text.Peek() == '\uFEFF')
            _ = text.Read();
        while (text.Peek() is '\r' or '\n' or ' ' or '\t')
            place.Line += text.Read() == '\n' ? 1 : 0;
        var events = text.Peek() switch
        {
            -1 => [],
            '{' => NdjsonUsage.Read(text, place, fill),
            '[' => throw new InputFileException(place.File, place.Line + 1, "is a JSON array; a file holds one event per line"),
            _ => CsvUsage.Read(text, place, fill),
        };
        foreach (var read in events)
            yield return read;
    }
}

/// <summary>How far reading has got, for error messages.</summary>
internal sealed class FilePlace(string file)
{
    public string File { get; } = file;

    /// <summary>Lines read so far.</summary>
    public long Line { get; set; }
}
