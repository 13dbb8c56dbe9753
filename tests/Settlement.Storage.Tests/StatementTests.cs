using System.Text.RegularExpressions;
using Settlement.Storage.Tests.SqlServer;
using Xunit;

namespace Settlement.Storage.Tests;

/// <summary>
/// The statements are written for two engines. What SQL Server gets must be T-SQL and fit the schema that its migrations create, and no statement may
/// be unused. SQLite's statements are proven by running them.
/// </summary>
public sealed partial class StatementTests
{
    public static IEnumerable<TheoryDataRow<string>> Names() =>
        Texts.All.Keys.Select(n => new TheoryDataRow<string>(n).WithTestDisplayName("T-SQL: " + n));

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_T_SQL(string name) => Assert.Empty(Script.Errors(Texts.All[name]));

    [Fact]
    public void The_parser_can_refuse() => Assert.NotEmpty(Script.Errors("SELECT a FROM b LIMIT 1"));

    [Fact]
    public void Everything_that_SQL_Server_is_given_fits_its_schema() =>
        Assert.Empty(
            Model.Faults(Texts.All.Where(t => !OfTheServer(t.Value)).Concat(SourceTexts.All)
            .Concat(Inserts.All.Select(i => KeyValuePair.Create(i.Name, i.Text))).ToDictionary(StringComparer.Ordinal)));

    [Fact]
    public void The_schema_can_refuse()
    {
        string[] wrong =
        [
            "SELECT Colour FROM Account",
            "SELECT a.Colour FROM Account AS a JOIN Scope AS c ON c.AccountNo = a.AccountNo",
            "SELECT x.Colour FROM (SELECT AccountNo FROM Account) AS x",
            "SELECT AccountNo FROM Acount",
            "UPDATE Account SET Colour = @Name",
            "UPDATE Account SET Name = @Name OUTPUT inserted.Colour WHERE AccountNo = 1",
            "INSERT INTO Account (Colour) VALUES (@Name)",
            "DELETE FROM Account WHERE Colour = @Name",
            "EXEC ClosingOfYesterday",
        ];
        var faults = Model.Faults(wrong.Select((text, i) => (Name: $"wrong/{i}.", text)).ToDictionary(w => w.Name, w => w.text));

        Assert.All(wrong.Select((_, i) => $"wrong/{i}."), name => Assert.Contains(faults, f => f.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_parameter_must_have_a_type() =>
        Assert.Throws<InvalidOperationException>(() =>
            Model.Faults(new Dictionary<string, string> { ["account/wrong"] = "SELECT AccountNo FROM Account WHERE Name = @Colour" }));

    [Theory]
    [InlineData("SqlServer", "Sqlite")]
    [InlineData("Sqlite", "SqlServer")]
    public void Every_statement_is_used_and_every_used_one_exists(string engine, string other)
    {
        var used = Repository.Files("src", "*.cs").Where(f => !Path.GetFileName(f).StartsWith(other, StringComparison.Ordinal))
            .SelectMany(f => StatementName().Matches(File.ReadAllText(f)).Select(m => m.Groups["name"].Value)).ToHashSet(StringComparer.Ordinal);
        var texts = Texts.Of(engine);
        var files = Texts.All.Keys.Select(n => n.Split('/')[0]).ToHashSet(StringComparer.Ordinal);

        Assert.DoesNotContain(texts.Keys, n => !used.Contains(n));
        Assert.DoesNotContain(used, u => files.Contains(u.Split('/')[0]) && !texts.ContainsKey(u));
    }

    [Theory]
    [InlineData("SqlServer")]
    [InlineData("Sqlite")]
    public void The_program_reads_the_statements_that_are_checked(string engine)
    {
        var program = Sql.Of(engine);

        Assert.Empty(Texts.Shared.Keys.Intersect(Texts.OwnOf(engine).Keys, StringComparer.Ordinal));
        Assert.Equal(Texts.Of(engine).OrderBy(t => t.Key, StringComparer.Ordinal), program.OrderBy(t => t.Key, StringComparer.Ordinal));
    }

    /// <summary>The server's own views are not in the model, so statements that use them are not checked against it.</summary>
    private static bool OfTheServer(string text) => text.Contains(" sys.", StringComparison.Ordinal);

    [GeneratedRegex("\"(?<name>[a-z]+/[a-z-]+)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StatementName();
}
