using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Settlement.Domain.Usage;

/// <summary>
/// 128 bits of SHA-256 over the parts of a call, each with its length, so that no two different calls look the same. Source and id are the identity;
/// the rest is the content (7.1).
/// </summary>
public static class CallHash
{
    public const int Bytes = 16;

    private const int MaxBytes = 4 * 2 * UsageCall.MaxTextLength + 64;

    /// <summary>The hash, preceded by eight bytes that keep ids that rise with time next to each other.</summary>
    public static byte[] Identity(string source, string id)
    {
        var key = new byte[IdOrder.Bytes + Bytes];
        BinaryPrimitives.WriteUInt64BigEndian(key, IdOrder.Of(id));
        Hash([source, id], []).CopyTo(key, IdOrder.Bytes);
        return key;
    }

    public static byte[] Content(UsageCall call) =>
        Hash([call.Account, call.Api, call.Region, call.Project ?? ""], [call.TimeUs, call.Status, call.Count, call.Project is null ? 0 : 1]);

    /// <summary>For what is kept once per distinct content: a conflict, by its identity and content.</summary>
    public static byte[] Both(byte[] identity, byte[] content) => SHA256.HashData([.. identity, .. content])[..Bytes];

    /// <summary>For a malformed event, over all its bytes.</summary>
    public static byte[] Raw(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes)[..Bytes];

    public static byte[] Text(string text) => SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()))[..Bytes];

    private static byte[] Hash(ReadOnlySpan<string> texts, ReadOnlySpan<long> numbers)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        var at = 0;
        foreach (var text in texts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer[at..], text.Length);
            at += 4;
            var bytes = MemoryMarshal.AsBytes(text.AsSpan());
            bytes.CopyTo(buffer[at..]);
            at += bytes.Length;
        }

        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(buffer[at..], number);
            at += 8;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer[..at], hash);
        return hash[..Bytes].ToArray();
    }
}
