using System.Text.RegularExpressions;
using Settlement.Storage.Tests.SqlServer;
using Xunit;

namespace Settlement.Storage.Tests;

/// <summary>
/// The statements are written for two engines. What SQL Server is given must be T-SQL and fit the schema that its migrations make; none may be there for
/// nothing. SQLite's are proven by running them.
/// </summary>
public sealed partial class StatementTests
{
    public static IEnumerable<TheoryDataRow<string>> Names() => Texts.All.Keys.Select(n => new TheoryDataRow<string>(n).WithTestDisplayName("T-SQL: " + n));

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_T_SQL(string name) => Assert.Empty(Script.Errors(Texts.All[name]));

    [Fact]
    public void The_parser_can_refuse() => Assert.NotEmpty(Script.Errors("SELECT a FROM b LIMIT 1"));

    [Fact]
    public void Every_statement_and_the_data_of_migrations_fit_the_schema_of_SQL_Server() => Assert.Empty(Model.Faults(Texts.All));

    [Theory]
    [InlineData("SELECT Colour FROM Account")]
    [InlineData("SELECT a.Colour FROM Account AS a JOIN Scope AS c ON c.AccountNo = a.AccountNo")]
    [InlineData("SELECT AccountNo FROM Acount")]
    [InlineData("UPDATE Account SET Colour = @Name")]
    [InlineData("INSERT INTO Account (Colour) VALUES (@Name)")]
    [InlineData("DELETE FROM Account WHERE Colour = @Name")]
    [InlineData("EXEC ClosingOfYesterday")]
    public void The_schema_can_refuse(string text) => Assert.NotEmpty(Model.Faults(new Dictionary<string, string> { ["account/wrong"] = text }));

    [Fact]
    public void A_parameter_must_have_a_type() =>
        Assert.Throws<InvalidOperationException>(() => Model.Faults(new Dictionary<string, string> { ["account/wrong"] = "SELECT AccountNo FROM Account WHERE Name = @Colour" }));

    [Fact]
    public void Every_statement_is_used_and_every_used_one_exists()
    {
        var used = Repository.Files("src", "*.cs").SelectMany(f => StatementName().Matches(File.ReadAllText(f)).Select(m => m.Groups["name"].Value)).ToHashSet(StringComparer.Ordinal);
        var files = Texts.All.Keys.Select(n => n.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(Texts.All.Keys, n => !used.Contains(n));
        Assert.DoesNotContain(used, u => files.Contains(u.Split('/')[0]) && !Texts.All.ContainsKey(u));
    }

    [Fact]
    public void The_program_reads_the_statements_that_are_checked()
    {
        Assert.Equal(Texts.Shared.Keys.Order(StringComparer.Ordinal), Sql.Names.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Texts.Shared, t => Sql.Get(t.Key) != t.Value);
    }

    [GeneratedRegex("\"(?<name>[a-z]+/[a-z-]+)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StatementName();
}
