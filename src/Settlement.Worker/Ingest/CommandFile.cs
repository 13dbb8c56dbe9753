using System.Text;

namespace Settlement.Worker.Ingest;

/// <summary>
/// Files of commands (INTERFACE 4): anything that the body of a message may be, or one command per line. If any part is unreadable, nothing is
/// applied.
/// </summary>
public static class CommandFile
{
    /// <returns>The JSON text of each command, in order.</returns>
    /// <exception cref="InputFileException">The file is of no known kind.</exception>
    public static List<string> Read(string text, string name)
    {
        try
        {
            return CommandReader.Read(Encoding.UTF8.GetBytes(text));
        }
        catch (UnreadableBodyException e)
        {
            return text.AsSpan().TrimStart("\uFEFF \t\r\n").StartsWith('{') ? ReadLines(text, name)
                : throw new InputFileException(name, 0, e.Message, e);
        }
    }

    private static List<string> ReadLines(string text, string name)
    {
        var commands = new List<string>();
        using var lines = new StringReader(text.TrimStart('\uFEFF'));
        for (var number = 1L; lines.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                commands.AddRange(CommandReader.Read(Encoding.UTF8.GetBytes(line)));
            }
            catch (UnreadableBodyException e)
            {
                throw new InputFileException(name, number, e.Message, e);
            }
        }

        return commands;
    }
}
