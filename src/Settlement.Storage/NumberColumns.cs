using System.Data;
using Dapper;
using Settlement.Domain.Time;

namespace Settlement.Storage;

/// <summary>Columns that hold the number of an hour, a slot or a month are read as what they are.</summary>
internal static class NumberColumns
{
    public static void Register()
    {
        SqlMapper.AddTypeHandler(new Column<BillingHour>(n => new BillingHour(n), h => h.Number));
        SqlMapper.AddTypeHandler(new Column<SettleSlot>(n => new SettleSlot(n), s => s.Number));
        SqlMapper.AddTypeHandler(new Column<BillingMonth>(n => new BillingMonth((int)n), m => m.Number));
    }

    private sealed class Column<T>(Func<long, T> read, Func<T, long> write) : SqlMapper.TypeHandler<T>
        where T : struct
    {
        public override T Parse(object value) => read((long)value);

        public override void SetValue(IDbDataParameter parameter, T value) => parameter.Value = write(value);
    }
}
