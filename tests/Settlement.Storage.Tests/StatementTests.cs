using System.Text.RegularExpressions;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Settlement.Storage.Tests;

/// <summary>The statements are written for two engines: each must be T-SQL, too, and none may be there for nothing.</summary>
public sealed partial class StatementTests
{
    public static IEnumerable<TheoryDataRow<string>> Names() =>
        Sql.Of("SqlServer").Keys.Order(StringComparer.Ordinal).Select(n => new TheoryDataRow<string>(n).WithTestDisplayName("T-SQL: " + n));

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_T_SQL(string name)
    {
        // Dapper writes lists out; until then they are no T-SQL.
        var text = ListParameter().Replace(Sql.Of("SqlServer")[name], "IN (@${name})");
        using var reader = new StringReader(text);
        new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        Assert.Empty(errors.Select(e => $"line {e.Line}: {e.Message}"));
    }

    [Fact]
    public void The_parser_can_refuse()
    {
        using var reader = new StringReader("SELECT a FROM b LIMIT 1");
        new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public void Every_statement_is_used_and_every_used_one_exists()
    {
        var used = SourceFiles().SelectMany(f => StatementName().Matches(File.ReadAllText(f)).Select(m => m.Groups["name"].Value)).ToHashSet(StringComparer.Ordinal);
        var files = Sql.Of("SqlServer").Keys.Select(n => n.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(Sql.Of("SqlServer").Keys, n => !used.Contains(n));
        Assert.DoesNotContain(used, u => files.Contains(u.Split('/')[0]) && !Sql.Of("SqlServer").Keys.Contains(u, StringComparer.Ordinal));
    }

    private static IEnumerable<string> SourceFiles()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Settlement.sln")))
            root = root.Parent;
        return Directory.EnumerateFiles(Path.Combine(root.FullName, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\bIN @(?<name>\w+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ListParameter();

    [GeneratedRegex("\"(?<name>[a-z]+/[a-z-]+)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StatementName();
}
