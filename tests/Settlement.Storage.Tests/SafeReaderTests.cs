using System.Collections;
using System.Data.Common;
using Xunit;

namespace Settlement.Storage.Tests;

public class SafeReaderTests
{
    /// <summary>
    /// SqlClient did this when the connection broke in the middle of a row. The worker ended, because the exception was not a database error.
    /// </summary>
    [Fact]
    public void What_reading_threw_is_told_though_closing_throws_as_well()
    {
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            using var reader = new SafeReader(new BrokenReader());
            reader.Read<bool>(_ => throw new InvalidDataException("the first"));
        });

        Assert.Equal("the first", error.Message);
    }

    [Fact]
    public void What_only_closing_throws_is_told()
    {
        Assert.Throws<ObjectDisposedException>(() =>
        {
            using var reader = new SafeReader(new BrokenReader());
            Assert.True(reader.Read(r => r.Read()));
        });
    }

    private sealed class BrokenReader : DbDataReader
    {
        public override int Depth => 0;

        public override int FieldCount => 0;

        public override bool HasRows => true;

        public override bool IsClosed => false;

        public override int RecordsAffected => 0;

        public override object this[int ordinal] => throw new NotSupportedException();

        public override object this[string name] => throw new NotSupportedException();

        public override bool Read() => true;

        public override bool NextResult() => false;

        public override bool GetBoolean(int ordinal) => throw new NotSupportedException();

        public override byte GetByte(int ordinal) => throw new NotSupportedException();

        public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
            throw new NotSupportedException();

        public override char GetChar(int ordinal) => throw new NotSupportedException();

        public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
            throw new NotSupportedException();

        public override string GetDataTypeName(int ordinal) => throw new NotSupportedException();

        public override DateTime GetDateTime(int ordinal) => throw new NotSupportedException();

        public override decimal GetDecimal(int ordinal) => throw new NotSupportedException();

        public override double GetDouble(int ordinal) => throw new NotSupportedException();

        public override IEnumerator GetEnumerator() => throw new NotSupportedException();

        public override Type GetFieldType(int ordinal) => throw new NotSupportedException();

        public override float GetFloat(int ordinal) => throw new NotSupportedException();

        public override Guid GetGuid(int ordinal) => throw new NotSupportedException();

        public override short GetInt16(int ordinal) => throw new NotSupportedException();

        public override int GetInt32(int ordinal) => throw new NotSupportedException();

        public override long GetInt64(int ordinal) => throw new NotSupportedException();

        public override string GetName(int ordinal) => throw new NotSupportedException();

        public override int GetOrdinal(string name) => throw new NotSupportedException();

        public override string GetString(int ordinal) => throw new NotSupportedException();

        public override object GetValue(int ordinal) => throw new NotSupportedException();

        public override int GetValues(object[] values) => throw new NotSupportedException();

        public override bool IsDBNull(int ordinal) => throw new NotSupportedException();

        protected override void Dispose(bool disposing) => throw new ObjectDisposedException("the connection");
    }
}
