using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>deploy/sqlserver-setup.sh with a program in the place of <c>sqlcmd</c> that keeps what it is given. No server reads it here.</summary>
public sealed class SqlServerSetupTests : IDisposable
{
    private const string Password = "it's a $(password) \\ ö";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-setup-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task It_makes_database_logins_roles_and_users_and_shows_no_password_to_other_programs()
    {
        var (exit, calls) = await RunAsync("exit 0");
        Assert.Equal(0, exit);
        Assert.Equal(["-b -C -I -x -d master", "-b -C -I -x -d settlement"], calls.Select(c => c.Arguments));
        Assert.All(calls, c => Assert.Equal("of sa", c.SaPassword));
        var made = calls.SelectMany(c => Statements(c.Script)).ToList();
        var created = made.OfType<CreateLoginStatement>().Select(l => (l.Name.Value, Text(((PasswordCreateLoginSource)l.Source).Password)));
        var altered = made.OfType<AlterLoginOptionsStatement>()
            .Select(l => (l.Name.Value, Text(((PasswordAlterPrincipalOption)l.Options.Single()).Password)));
        (string, string)[] logins = [("settlement-migrator", "of migrator"), ("settlement-worker", Password)];
        Assert.Equal(logins, created);
        Assert.Equal(logins, altered);
        Assert.Equal(["settlement"], made.OfType<CreateDatabaseStatement>().Select(d => d.DatabaseName.Value));
        Assert.Equal(["settlement-migrator", "settlement-worker"], made.OfType<CreateUserStatement>().Select(u => u.Name.Value));
        var members = made.OfType<AlterRoleStatement>().Select(r => (r.Name.Value, (r.Action as AddMemberAlterRoleAction)?.Member.Value)).ToList();
        Assert.Contains(("settlement_worker", "settlement-worker"), members);
        Assert.Contains(("settlement_migrator", "settlement-migrator"), members);
        // Users belong to roles that are there by then.
        Assert.True(made.FindIndex(s => s is CreateRoleStatement) < made.FindIndex(s => s is CreateUserStatement));
    }

    [Fact]
    public async Task It_ends_at_the_first_error()
    {
        var (exit, calls) = await RunAsync("exit 1");
        Assert.NotEqual(0, exit);
        Assert.Single(calls);
    }

    private static string Text(Literal literal) => Assert.IsType<StringLiteral>(literal).Value;

    private static List<TSqlStatement> Statements(string script)
    {
        var parsed = (TSqlScript)new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(script), out var errors);
        Assert.Empty(errors.Select(e => $"{e.Line}: {e.Message}"));
        var every = new Every();
        parsed.Accept(every);
        return every.Statements;
    }

    private async Task<(int Exit, IReadOnlyList<(string Arguments, string SaPassword, string Script)> Calls)> RunAsync(string ends)
    {
        var sqlcmd = Path.Combine(folder.FullName, "sqlcmd");
        await File.WriteAllTextAsync(sqlcmd, $$"""
            #!/bin/bash
            cd "{{folder.FullName}}"
            { echo "$*"; echo "$SQLCMDPASSWORD"; cat; } >"call$(ls | grep -c '^call')"
            {{ends}}
            """, Cancel);
        File.SetUnixFileMode(sqlcmd, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = new List<(string, string)> { ("PATH", $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}") };
        foreach (var (name, text) in new[] { ("SA", "of sa"), ("WORKER", Password), ("MIGRATOR", "of migrator") })
        {
            var file = Path.Combine(folder.FullName, name);
            await File.WriteAllTextAsync(file, text + "\n", Cancel);
            environment.Add(($"{name}_PASSWORD_FILE", file));
        }

        var ran = await Checkout.RunAsync(Checkout.PathOf("deploy", "sqlserver-setup.sh"), [], environment: environment);
        var calls = folder.EnumerateFiles("call*").OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => File.ReadAllText(f.FullName).Split('\n', 3));
        return (ran.Exit, [.. calls.Select(c => (c[0], c[1], c[2]))]);
    }

    private sealed class Every : TSqlFragmentVisitor
    {
        public List<TSqlStatement> Statements { get; } = [];

        public override void Visit(TSqlStatement node) => Statements.Add(node);
    }
}
