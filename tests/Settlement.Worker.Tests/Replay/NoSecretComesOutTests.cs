using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Tests.Bus.Tls;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>
/// The real program with a mark in every secret, under every kind of failure: neither its output nor its health, its store or the list of processes
/// shows a mark. Where the broker or the database repeats one in its own words, there are three stars.
/// </summary>
public sealed class NoSecretComesOutTests : IDisposable
{
    private const string Mark = "m4rk";
    private const string BrokerPassword = Mark + "-of-the-broker";
    private const string DatabasePassword = Mark + "-of-the-database";
    private const string Token = Mark + "-of-http";
    private const string KeyPassword = Mark + "-of-the-key";
    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-marks-");

    public static TheoryData<string> Formatters => ["simple", "json", "systemd"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        store.Dispose();
        folder.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Formatters))]
    public async Task Of_a_worker_whose_broker_repeats_the_password(string formatter)
    {
        await using var broker = await TestBroker.StartAsync();
        // The broker names a virtual host that does not exist; here it is called like the password.
        var settings = await broker.AddUserAsync(BrokerPassword) with { VirtualHost = BrokerPassword };
        await IsFreeOfMarksAsync(settings, formatter, "NOT_ALLOWED - vhost *** not found");
    }

    [Fact]
    public async Task Of_a_worker_whose_password_is_wrong()
    {
        await using var broker = await TestBroker.StartAsync();
        var settings = await broker.AddUserAsync("right") with { Password = BrokerPassword };
        await IsFreeOfMarksAsync(settings, "simple", "ACCESS_REFUSED");
    }

    [Fact]
    public async Task Of_any_verb_whose_database_does_not_answer()
    {
        var connection = $"Server=127.0.0.1,1;Database={DatabasePassword};User ID=u;Password={DatabasePassword};Connect Timeout=1";
        var settings = new[]
        {
            ("Database__Engine", "SqlServer"), ("Database__ConnectionStringFile", Write(connection)), ("Http__Port", "0"),
            ("Http__TokenFile", Write(Token)),
        };
        var catalog = Checkout.PathOf("deploy", "examples", "catalog.json");
        foreach (var verb in new string[][]
        {
            ["run"], ["status"], ["migrate"], ["close"], ["bill"], ["account", "a"], ["quarantine", "list"], ["catalog", "check", catalog],
            ["backup", "x"],
        })
        {
            foreach (var more in new string[][] { [], ["--verbose"] })
            {
                var said = await RunAsync([.. verb, .. more], settings);
                Assert.NotEqual(Exit.Done, said.Exit);
                Assert.DoesNotContain(Mark, said.Output + said.Error, StringComparison.Ordinal);
                Assert.NotEmpty(said.Error);
            }
        }
    }

    [Theory]
    [InlineData("Server=x;Database=y;Password=m4rk;m4rk=1")]
    [InlineData("Server=x;Database=y;Password=m4rk;Encrypt=m4rk")]
    [InlineData("Server=x;Database=y;Password=\"m4rk")]
    [InlineData("m4rk")]
    public async Task Of_a_connection_string_that_is_not_understood(string connection)
    {
        foreach (var settings in new (string, string)[][]
        {
            [("Database__Engine", "SqlServer"), ("Database__ConnectionString", connection)], [("Database__ConnectionString", connection)],
            [("Database__Engine", "SqlServer"), ("Database__ConnectionStringFile", Write(connection))],
        })
        {
            var said = await RunAsync(["status", "--verbose"], settings);
            Assert.Equal(Exit.BadInput, said.Exit);
            Assert.DoesNotContain(Mark, said.Output + said.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Of_a_database_that_wants_no_password()
    {
        var said = await RunAsync(["status", "--verbose"], ("Database__ConnectionString", $"{store.ConnectionString};Password={DatabasePassword}"));
        Assert.NotEqual(Exit.Done, said.Exit);
        Assert.DoesNotContain(Mark, said.Output + said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_keys_and_passwords_that_do_not_fit()
    {
        using var ca = Pem.Ca("a CA");
        using var client = Pem.Client(ca);
        var fitting = new[]
        {
            ("RabbitMq__UseTls", "true"), ("RabbitMq__Host", "127.0.0.1"), ("RabbitMq__ClientCertificate", Pem.Of(client)),
            ("RabbitMq__ClientKeyFile", Write(Pem.EncryptedKeyOf(client, "right"))), ("RabbitMq__ClientKeyPassword", KeyPassword),
        };
        var said = await RunAsync(["status"], fitting);
        Assert.Contains("RabbitMq:ClientKeyPassword is wrong", said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Mark, said.Output + said.Error, StringComparison.Ordinal);

        said = await RunAsync(
            ["status"], ("Http__Prot", Token), ("RabitMq__Password", BrokerPassword), ("RabbitMq__Host", $"amqp://u:{BrokerPassword}@x"),
            ("RabbitMq__Pasword", BrokerPassword));
        Assert.Equal(4, said.Error.TrimEnd().Split('\n').Length);
        Assert.Equal(Exit.BadInput, said.Exit);
        Assert.DoesNotContain(Mark, said.Output + said.Error, StringComparison.Ordinal);
    }

    private async Task IsFreeOfMarksAsync(RabbitMqSettings settings, string formatter, string said)
    {
        var port = RunningWorkerTests.FreePort();
        string[] more =
        [
            string.Create(CultureInfo.InvariantCulture, $"Http__Port={port}"), $"Http__TokenFile={Write(Token)}", $"Logging__Console__FormatterName={formatter}",
            "Logging__LogLevel__Default=Trace", "Logging__LogLevel__Microsoft=Trace", "Logging__LogLevel__MassTransit=Trace", "Logging__LogLevel__Quartz=Trace",
        ];
        await using var worker = WorkerProcess.Start(settings, store, more);
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Trouble WHERE What = 'broker'") == 1, "the trouble is recorded");
        await worker.UntilLoggedAsync(said);
        var shown = new StringBuilder();
        foreach (var (path, token) in new[] { ("ready", Token), ("ready", "wrong"), ("ready", ""), ("live", ""), ($"ready?token={Token}", "") })
            shown.Append(await AskAsync(port, path, token));
        Assert.Contains(said, shown.ToString(), StringComparison.Ordinal);
        shown.Append(await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{worker.Id}/cmdline"), Cancel));
        foreach (var verb in new string[][] { ["status"], ["status", "--output", "json"], ["errors", "list"], ["errors", "list", "--verbose"],
            ["health"] })
        {
            var ran = await RunAsync(verb, [
                ("Database__ConnectionString", store.ConnectionString), ("RabbitMq__Host", settings.Host!),
                ("RabbitMq__Port", settings.Port.ToString(CultureInfo.InvariantCulture)),
                ("RabbitMq__VirtualHost", settings.VirtualHost), ("RabbitMq__Username", settings.Username),
                ("RabbitMq__PasswordFile", Write(settings.Password)),
                .. more[..2].Select(m => (m.Split('=')[0], m.Split('=')[1])), ("Billing__MaxUsageAge", "20000.00:00:00"),
            ]);
            Assert.True(ran.Output.Length + ran.Error.Length > 0);
            shown.Append(ran.Output).Append(ran.Error);
        }

        Assert.Equal(0, await worker.StopAsync());
        shown.Append(worker.Log);
        Assert.DoesNotContain(Mark, shown.ToString(), StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(store.Folder))
            Assert.False((await File.ReadAllBytesAsync(file, Cancel)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Mark)) >= 0, file);
        Assert.Equal(1, store.Count($"SELECT COUNT(*) FROM Trouble WHERE Cause LIKE '%{said.Replace("***", "%", StringComparison.Ordinal)}%'"));
    }

    private static async Task<string> AskAsync(int port, string path, string token)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/health/{path}"));
        if (token.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, Cancel);
        return $"{answer}{await answer.Content.ReadAsStringAsync(Cancel)}\n";
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(string[] verb, params IEnumerable<(string Name, string Value)> settings) =>
        Checkout.RunAsync(Path.Combine(AppContext.BaseDirectory, "settlement"), verb, folder.FullName, settings);

    private string Write(string content)
    {
        var file = Path.Combine(folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, content + "\n");
        return file;
    }
}
