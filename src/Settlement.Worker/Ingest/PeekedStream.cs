namespace Settlement.Worker.Ingest;

/// <summary>A stream whose first bytes have been looked at and can still be read from it; standard input can't be rewound.</summary>
internal sealed class PeekedStream : Stream
{
    private readonly Stream _stream;
    private int _given;

    public PeekedStream(Stream stream, int count)
    {
        _stream = stream;
        var bytes = new byte[count];
        Peeked = bytes[..stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false)];
    }

    public byte[] Peeked { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_given == Peeked.Length)
            return _stream.Read(buffer);
        var count = Math.Min(buffer.Length, Peeked.Length - _given);
        Peeked.AsSpan(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
