using System.Globalization;
using System.Text;

namespace Settlement.Replay;

/// <summary>What agents send by mistake: bodies that can't be read, and events with a bad field; none of them for an account of the trace.</summary>
internal static class Noise
{
    private static readonly (byte[] Body, string? ContentType)[] UnreadableKinds =
    [
        ("no JSON at all"u8.ToArray(), "application/json"),
        ("{\"id\":\"cut off"u8.ToArray(), null),
        ([], null),
        ([0xFF, 0xFE, 0x00, 0x80], "application/octet-stream"),
        ("5"u8.ToArray(), "application/json"),
        ("{\"hello\":1}"u8.ToArray(), "application/json"),
        ("[]"u8.ToArray(), "application/cloudevents+json"),
        ("{}"u8.ToArray(), "application/cloudevents-batch+json"),
    ];

    private static readonly string[] BadFields =
    [
        "\"status\":999", "\"status\":\"200\"", "\"status\":200,\"count\":0", "\"status\":200,\"count\":1.0", "\"status\":200,\"project\":7", "\"stat\":200",
    ];

    public static List<Message> Among(List<Message> messages, Arguments given, Random random, Sent sent)
    {
        for (var i = 0; i < given.Unreadable; i++)
        {
            var (body, type) = UnreadableKinds[i % UnreadableKinds.Length];
            messages.Insert(random.Next(messages.Count + 1), new Message(body, type));
        }

        for (var i = 0; i < given.Malformed; i++)
            messages.Insert(random.Next(messages.Count + 1), new Message(Encoding.UTF8.GetBytes(Malformed(i, given)), "application/json"));
        (sent.Unreadable, sent.Malformed, sent.Messages) = (given.Unreadable, given.Malformed, messages.Count);
        return messages;
    }

    private static string Malformed(int number, Arguments given) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"id":"bad-{{number}}","source":"{{given.Source}}","account":"nobody","api":"images","region":"{{given.Region}}","time":"1995-07-09T12:00:00Z",{{BadFields[number % BadFields.Length]}}}""");
}
