// Every setting can be given as the name of a file that holds its value (Section:KeyFile): that is how Docker and Kubernetes hand over secrets.
using System.Text;
using Settlement.Domain.Settings;

namespace Settlement.Worker.Settings;

/// <summary>
/// Settings of several sources, each given as a value or as a file that holds it. A later source overrides an earlier one in either form; only the
/// files that count in the end are read.
/// </summary>
internal sealed class ValuesAndFiles
{
    /// <summary>The longest value that a file may hold, in bytes. Certificates have a few thousand.</summary>
    public const int MostBytes = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, (Given Given, bool IsFile)> given = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lays a source over those before it.</summary>
    public void Lay(Dictionary<string, Given> source, List<SettingFault> faults)
    {
        foreach (var (key, setting) in source)
        {
            if (SettingKeys.ValueOfFile(key) is not { } valueKey)
                given[key] = (setting, false);
            else if (source.TryGetValue(valueKey, out var value))
                faults.Add(new SettingFault(valueKey, $"is given twice, as {value.Key} and as {setting.Key}: give one of the two"));
            else
                given[valueKey] = (setting, true);
        }
    }

    /// <summary>All settings by key, with what their files hold. A file that can't be read is a fault, and its setting is left out.</summary>
    public Dictionary<string, Given> Read(List<SettingFault> faults)
    {
        var read = new Dictionary<string, Given>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, (setting, isFile)) in given)
        {
            if (!isFile)
                read[key] = setting;
            else if (Read(setting.Value) is { Text: { } text })
                read[key] = new Given(key, text, $"file {setting.Value}, {setting.Origin}") { IsOfFile = true };
            else
                faults.Add(new SettingFault(setting.Key, $"{Read(setting.Value).Cause} ({setting.Origin})"));
        }

        return read;
    }

    private static (string? Text, string? Cause) Read(string path)
    {
        if (path.Length == 0 || path.AsSpan().ContainsAnyInRange('\0', '\u001F'))
            return (null, "is not the name of a file; it names the file that holds the value");
        try
        {
            if (Directory.Exists(path))
                return (null, $"{path} is a folder, not a file");
            var bytes = new byte[MostBytes + 1];
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > MostBytes ? (null, $"{path} has more than {MostBytes} bytes") : TextOf(bytes.AsSpan(0, length), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, $"there is no file {path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, $"{path} can't be read: {e.Message}");
        }
    }

    /// <summary>Without the one line end that editors and <c>echo</c> put behind it.</summary>
    private static (string? Text, string? Cause) TextOf(ReadOnlySpan<byte> bytes, string path)
    {
        try
        {
            var text = Strict.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
            text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            return text.Length == 0 ? (null, $"{path} is empty") : (text, null);
        }
        catch (DecoderFallbackException)
        {
            return (null, $"{path} is not UTF-8 text");
        }
    }
}
