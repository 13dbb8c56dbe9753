using System.Text.Json;
using System.Text.Unicode;

namespace Settlement.Worker.Ingest;

/// <summary>
/// The bodies of commands (INTERFACE 2): one command, an array of commands or <c>{"commands": [command, …]}</c>, whatever the content type says. The
/// content of a command is judged where commands are decided; here a body is only split up.
/// </summary>
public static class CommandReader
{
    /// <returns>The JSON text of each command, in order.</returns>
    /// <exception cref="UnreadableBodyException">The body is not JSON of a known shape, or one of its commands is not an object.</exception>
    public static List<string> Read(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        if (!Utf8.IsValid(body.Span))
            throw new UnreadableBodyException("The body is not UTF-8.");
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = RawJson.Options.MaxDepth });
            var root = document.RootElement;
            return root.ValueKind switch
            {
                JsonValueKind.Array => Each(root),
                JsonValueKind.Object when root.TryGetProperty("commands", out var commands) && commands.ValueKind == JsonValueKind.Array
                    => Each(commands),
                JsonValueKind.Object => [root.GetRawText()],
                _ => throw new UnreadableBodyException("The body must be a command, {\"commands\": [command, …]} or an array of commands."),
            };
        }
        catch (JsonException e)
        {
            throw UnreadableBodyException.NoJson(e);
        }
    }

    private static List<string> Each(JsonElement array)
    {
        var commands = new List<string>(array.GetArrayLength());
        foreach (var command in array.EnumerateArray())
        {
            if (command.ValueKind != JsonValueKind.Object)
                throw new UnreadableBodyException("A command must be a JSON object.");
            commands.Add(command.GetRawText());
        }

        return commands;
    }
}
