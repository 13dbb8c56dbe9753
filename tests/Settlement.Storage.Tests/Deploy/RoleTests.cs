using System.Text.RegularExpressions;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Settlement.Storage.Tests.SqlServer;
using Xunit;

namespace Settlement.Storage.Tests.Deploy;

/// <summary>deploy/sqlserver-roles.sql grants what the statements need, no more and no less.</summary>
public sealed partial class RoleTests
{
    private const string Worker = "settlement_worker";
    private const string Operator = "settlement_operator";

    /// <summary>
    /// Statements of verbs that the worker never runs, each with the word by which the source refers to it. Only those that make a difference to the
    /// worker's grants.
    /// </summary>
    private static readonly Dictionary<string, string> VerbsAlone = new(StringComparer.Ordinal)
    {
        ["store/add-catalog"] = "ApplyCatalog", ["store/make-for-tests"] = "MarkForTests", ["copy/"] = "StoreCopy",
        ["clock/move-back"] = "WayBack", ["clock/reopen-usage"] = "WayBack", ["clock/commands-to-now"] = "WayBack",
        ["clock/confirm"] = "ClockRows.Confirm", ["clock/forget"] = "ClockRows.Confirm",
    };

    /// <summary>Asked by the code that runs the migrations: which of them have run.</summary>
    private const string OfMigrations = "SELECT Changelog";

    private static readonly string[] Ledger = ["Entry", "BillRow", "TierStep", "Closing"];

    private static readonly ILookup<string, string> Granted = ReadGrants();

    [Fact]
    public void The_worker_is_granted_what_its_statements_need()
    {
        var needed = Needs(IsTheWorkers);

        Assert.Empty(needed.Except(Granted[Worker]).Select(g => "is not granted: " + g));
        Assert.Empty(Granted[Worker].Except(needed).Select(g => "is granted and not needed: " + g));
    }

    /// <summary>The rights of its login that a worker checks at startup.</summary>
    [Fact]
    public void The_rights_that_a_worker_checks_at_its_start_are_those_it_is_granted()
    {
        var letters = new Dictionary<char, string> { ['S'] = "SELECT", ['I'] = "INSERT", ['U'] = "UPDATE", ['D'] = "DELETE" };
        var asked = Right().Matches(Texts.All["check/rights"])
            .SelectMany(m => m.Groups["rights"].Value.Select(r => TableUse.Grant(letters[r], m.Groups["table"].Value)));

        Assert.Equal(Granted[Worker].Order(StringComparer.Ordinal), asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_operator_is_granted_what_verbs_need_beside_the_worker()
    {
        var beside = Needs(_ => true).Except(Needs(IsTheWorkers));

        Assert.Equal(beside.Order(StringComparer.Ordinal), Granted[Operator].Order(StringComparer.Ordinal));
        var members = Statements<AlterRoleStatement>().Select(r => (r.Name.Value, ((AddMemberAlterRoleAction)r.Action).Member.Value));
        Assert.Equal([(Worker, Operator)], members);
    }

    [Fact]
    public void What_verbs_alone_do_is_nothing_that_the_worker_names()
    {
        var worker = Repository.Files(Path.Combine("src", "Settlement.Worker"), "*.cs")
            .Where(f =>
                f.Contains("Running", StringComparison.Ordinal) || f.Contains("Telemetry", StringComparison.Ordinal)
                || f.Contains("Bus", StringComparison.Ordinal) || f.EndsWith("RunVerb.cs", StringComparison.Ordinal));
        // The way back is in the engine, but only a verb takes it.
        var engine = Repository.Files(Path.Combine("src", "Settlement.Engine"), "*.cs")
            .Where(f => !f.EndsWith("WayBack.cs", StringComparison.Ordinal));
        var running = worker.Concat(engine).Select(f => (File: f, Text: File.ReadAllText(f))).ToList();

        Assert.Contains(running, f => f.File.EndsWith("TimelineService.cs", StringComparison.Ordinal));
        Assert.Contains(running, f => f.File.EndsWith("Timeline.cs", StringComparison.Ordinal));
        Assert.All(VerbsAlone.Values, word => Assert.DoesNotContain(running, f => f.Text.Contains(word, StringComparison.Ordinal)));
    }

    [Fact]
    public void Nobody_but_the_migrator_may_change_the_ledger()
    {
        var others = Granted.Where(g => g.Key != "settlement_migrator").SelectMany(g => g.Select(grant => (Role: g.Key, Grant: grant))).ToList();

        Assert.DoesNotContain(others, o => Ledger.Any(t => o.Grant == TableUse.Grant("UPDATE", t) || o.Grant == TableUse.Grant("DELETE", t)));
        Assert.DoesNotContain(others, o => o.Grant.Contains("Schema", StringComparison.Ordinal) && o.Grant != "SELECT Schema dbo");
        Assert.Equal(["SELECT Schema dbo"], Granted["settlement_reader"]);
    }

    [Fact]
    public void Only_the_roles_of_the_script_are_granted_anything() => Assert.Equal(
        Statements<CreateRoleStatement>().Select(r => r.Name.Value).Order(StringComparer.Ordinal),
        Granted.Select(g => g.Key).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("UPDATE Account SET Name = @Name", "UPDATE Account")]
    [InlineData("UPDATE Account SET Name = @Name WHERE AccountNo = 1", "SELECT Account, UPDATE Account")]
    [InlineData("UPDATE Account SET Version = Version + 1", "SELECT Account, UPDATE Account")]
    [InlineData("UPDATE a SET Name = @Name FROM Account AS a JOIN Scope AS s ON s.AccountNo = a.AccountNo", "SELECT Account, SELECT Scope, UPDATE Account")]
    [InlineData("INSERT INTO Lot (LotNo) VALUES (1)", "INSERT Lot")]
    [InlineData("INSERT INTO Lot (LotNo) OUTPUT inserted.LotNo SELECT No FROM Word", "INSERT Lot, SELECT Lot, SELECT Word")]
    [InlineData("DELETE FROM Agenda WHERE DueUs = 1", "DELETE Agenda, SELECT Agenda")]
    [InlineData("WITH x AS (SELECT No FROM Word) SELECT No FROM x WHERE EXISTS (SELECT 1 FROM Run)", "SELECT Run, SELECT Word")]
    [InlineData("SELECT name FROM sys.tables", "")]
    public void What_a_statement_needs_is_read_from_its_text(string text, string needs) => Assert.Equal(needs, string.Join(", ", TableUse.Of(text)));

    private static bool IsTheWorkers(string name) => !VerbsAlone.Keys.Any(v => name.StartsWith(v, StringComparison.Ordinal));

    private static SortedSet<string> Needs(Func<string, bool> statements) => new(
        [
            .. Texts.All.Concat(SourceTexts.All).Where(t => statements(t.Key)).SelectMany(t => TableUse.Of(t.Value)),
            .. Inserts.All.SelectMany(i => new[] { TableUse.Grant("INSERT", i.Table), TableUse.Grant("SELECT", i.Table) }),
            OfMigrations,
        ],
        StringComparer.Ordinal);

    /// <summary>All statements of a kind, including those nested in others.</summary>
    private static List<T> Statements<T>()
        where T : TSqlStatement
    {
        var statements = new OfKind<T>();
        Script.Parse(Repository.Read("deploy", "sqlserver-roles.sql")).Accept(statements);
        return statements.Found;
    }

    private static ILookup<string, string> ReadGrants() => Statements<GrantStatement>()
        .SelectMany(g => g.Permissions, (g, permission) => (
            g.Principals.Single().Identifier.Value,
            Grant: TableUse.Grant(string.Join(' ', permission.Identifiers.Select(i => i.Value)), Target(g.SecurityTargetObject))))
        .ToLookup(g => g.Value, g => g.Grant.Trim());

    private static string Target(SecurityTargetObject? target) => target is null ? ""
        : (target.ObjectKind == SecurityObjectKind.NotSpecified ? "" : target.ObjectKind + " ")
            + target.ObjectName.MultiPartIdentifier.Identifiers[^1].Value;

    [GeneratedRegex(@"\('(?<table>\w{2,})', '(?<rights>[SIUD]+)'\)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Right();

    private sealed class OfKind<T> : TSqlFragmentVisitor
        where T : TSqlStatement
    {
        public List<T> Found { get; } = [];

        public override void Visit(TSqlStatement node)
        {
            if (node is T found)
                Found.Add(found);
        }
    }
}
