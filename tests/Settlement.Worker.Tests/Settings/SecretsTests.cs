using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Settlement.Worker.Output;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Bus.Tls;
using Settlement.Worker.Tests.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Settings;

public class SecretsTests
{
    private const string Password = "p4ss/word+one";
    private const string Token = "t0ken";

    private static readonly WorkerSettings Settings = Load.Options(
        "Database:Engine=SqlServer", "Database:ConnectionString=Server=db;Database=books;User ID=worker;Password='in;side'", $"RabbitMq:Password={Password}", $"Http:Token={Token}");

    [Theory]
    [InlineData("refused: p4ss/word+one!", "refused: ***!")]
    [InlineData("amqp://worker:p4ss%2Fword%2Bone@broker", "amqp://worker:***@broker")]
    [InlineData("Bearer t0ken", "Bearer ***")]
    [InlineData("Keyword not supported: 'in;side'", "Keyword not supported: '***'")]
    [InlineData("Server=db;Database=books;User ID=worker;Password='in;side'", "***")]
    [InlineData("Login failed for user 'worker' at db", "Login failed for user 'worker' at db")]
    public void Every_secret_is_hidden_and_nothing_else(string text, string shown) => Assert.Equal(shown, Secrets.Of(Settings).Hide(text));

    [Fact]
    public void A_key_is_hidden_line_by_line()
    {
        using var ca = Pem.Ca("a CA");
        using var client = Pem.Client(ca);
        var secrets = Secrets.Of(
            Load.Options("RabbitMq:UseTls=true", $"RabbitMq:ClientCertificate={Pem.Of(client)}", $"RabbitMq:ClientKey={Pem.KeyOf(client)}"));
        Assert.Equal("-----BEGIN PRIVATE KEY-----\n***\n***\n***\n-----END PRIVATE KEY-----", secrets.Hide(Pem.KeyOf(client)));
    }

    [Fact]
    public void What_is_no_secret_stays_legible()
    {
        var secrets = Secrets.Of(Load.Options("RabbitMq:Password=abc", "Database:ConnectionString=Data Source=settlement.db"));
        Assert.Equal("guest abc Data Source=settlement.db", secrets.Hide("guest abc Data Source=settlement.db"));
        Assert.False(Secrets.Of(WorkerSettings.Default).AreIn("guest Data Source=settlement.db"));
    }

    [Fact]
    public void Settings_shown_as_text_have_no_secrets() =>
        Assert.False(Secrets.Of(Settings).AreIn($"{Settings} {Settings.RabbitMq} {Settings.Http} {Settings.Database}"));

    [Theory]
    [InlineData("json")]
    [InlineData("simple")]
    [InlineData("systemd")]
    public void The_log_hides_them_in_messages_values_and_errors_and_json_keeps_the_values_of_all_else(string formatter)
    {
        var settings = Settings with { Logging = Settings.Logging.SetItem("Console:FormatterName", formatter) };
        var lines = new Lines();
        using (var services = new ServiceCollection()
            .AddLogging(logging => logging.AddStandardError(settings, verbose: false)).AddSingleton<ConsoleFormatter>(lines)
            .PostConfigure<ConsoleLoggerOptions>(console => console.FormatterName = Lines.Formatter).BuildServiceProvider())
        {
            var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("test");
            log.LogError(new InvalidOperationException("outer", new FormatException($"has {Token}")), "The broker said {Cause}", Password);
            log.LogWarning("Account {Account}", "acme");
        }

        Assert.Equal(2, lines.Seen.Count);
        Assert.DoesNotContain(lines.Seen, line =>
            line.Contains(Token, StringComparison.Ordinal) || line.Contains(Password, StringComparison.Ordinal));
        Assert.Contains("The broker said ***", lines.Seen[0], StringComparison.Ordinal);
        Assert.Contains("has ***", lines.Seen[0], StringComparison.Ordinal);
        Assert.Equal(formatter == "json", lines.Seen[1].Contains("Account=acme", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RabbitMq:Password=hunter2", "RabbitMq:Password: is on the command line")]
    [InlineData("rabbitmq:password=hunter2", "RabbitMq:Password: is on the command line")]
    [InlineData("Http:Token=hunter2", "Http:Token: is on the command line")]
    [InlineData("Database:ConnectionString=Data Source=a.db;Password=hunter2", "Database:ConnectionString: is on the command line")]
    [InlineData("RabbitMq:Password=guest", null)]
    [InlineData("Database:ConnectionString=Data Source=a.db", null)]
    [InlineData("RabbitMq:Username=hunter2", null)]
    public void A_secret_on_the_command_line_is_warned_about_by_name(string option, string? warning)
    {
        var warnings = SettingWarnings.Of(Load.Options(option), [option]).ToList();
        if (warning is null)
            Assert.Empty(warnings);
        else
            Assert.StartsWith(warning, Assert.Single(warnings), StringComparison.Ordinal);
        Assert.DoesNotContain(warnings, w => w.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_warning_is_on_standard_error_and_points_to_the_file_and_the_variable()
    {
        using var store = new TestStore();
        await store.DoAsync("migrate");
        var ran = await store.DoAsync("status", "--output", "json", "--set", "RabbitMq:Password=hunter2");
        Assert.Equal(
            "RabbitMq:Password: is on the command line, where every user of this machine can read it in the list of processes. "
            + "Give RabbitMq:PasswordFile (the name of a file that holds it) or the variable RabbitMq__Password\n",
            ran.Error);
    }

    [Theory]
    [InlineData("RabbitMq:Password:hunter2", "RabbitMq:Password: an option is given as Section:Key=value")]
    [InlineData("RabbitMq:Password hunter2", "RabbitMq:Password: an option is given as Section:Key=value")]
    [InlineData("Http:hunter2", "Http: an option is given as Section:Key=value")]
    [InlineData("=hunter2", ": an option is given as Section:Key=value")]
    public void An_option_that_is_none_is_not_repeated(string option, string fault) =>
        Assert.Equal(fault, Assert.Single(Load.From(options: [option]).Faults));

    [Theory]
    [InlineData("Server=db.example;Encrypt=Optional", "Encrypt=Optional sends the books to db.example ")]
    [InlineData("Server=tcp:db.example,1433;Encrypt=False", "Encrypt=Optional sends the books to tcp:db.example,1433 ")]
    [InlineData("Server=db.example;TrustServerCertificate=True", "with TrustServerCertificate anyone between here and db.example can pose as the server")]
    [InlineData("Server=db.example", null)]
    [InlineData("Server=db.example;Encrypt=Strict;TrustServerCertificate=True", null)]
    [InlineData("Server=localhost;Encrypt=Optional", null)]
    [InlineData("Server=tcp:127.0.0.1,1433;Encrypt=Optional", null)]
    [InlineData("Server=.\\SQLEXPRESS;Encrypt=Optional", null)]
    [InlineData("Server=(localdb)\\x;TrustServerCertificate=True", null)]
    public void A_database_elsewhere_that_anyone_could_read_or_pose_as_is_warned_about(string connection, string? warning)
    {
        var settings = Load.Options("Database:Engine=SqlServer", $"Database:ConnectionString={connection};Database=books");
        var warnings = SettingWarnings.Of(settings, []).ToList();
        if (warning is null)
            Assert.Empty(warnings);
        else
            Assert.StartsWith("Database:ConnectionString: " + warning, Assert.Single(warnings), StringComparison.Ordinal);
    }

    /// <summary>Stands where the console's own formats stand, and shows all that they get.</summary>
    private sealed class Lines() : ConsoleFormatter(Formatter)
    {
        public const string Formatter = "lines";

        public List<string> Seen { get; } = [];

        public override void Write<TState>(
            in Microsoft.Extensions.Logging.Abstractions.LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
        {
            var values = logEntry.State is IEnumerable<KeyValuePair<string, object?>> pairs
                ? string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}")) : $"{logEntry.State}";
            Seen.Add($"{logEntry.Formatter(logEntry.State, logEntry.Exception)} | {values} | {logEntry.Exception}");
        }
    }
}
