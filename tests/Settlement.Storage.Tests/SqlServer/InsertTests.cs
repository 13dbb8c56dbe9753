using Xunit;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>Rows inserted in bulk are copied by position: the given columns must be all the columns of the table, in its order.</summary>
public sealed class InsertTests
{
    [Fact]
    public void The_inserts_of_the_source_are_found() =>
        Assert.Superset(new HashSet<string>(["BillRow", "Closing", "Entry", "Notice", "TierStep", "Usage"]), Inserts.All.Select(i => i.Table)
            .ToHashSet());

    public static IEnumerable<TheoryDataRow<string>> Tables() => Inserts.All.Select(i => new TheoryDataRow<string>(i.Table));

    [Theory]
    [MemberData(nameof(Tables))]
    public void Columns_are_given_in_the_order_of_the_table(string table) => Assert.Equal(
        SqlServerSchema.Read().Tables.Single(t => t.Name == table).Columns.Select(c => c.Name), Inserts.All.Single(i => i.Table == table).Columns);
}
