using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Bus.Tls;
using Settlement.Worker.Tests.Verbs;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Settings;

/// <summary>Every setting can also be given as the name of a file that holds it.</summary>
public sealed class SettingFilesTests : IDisposable
{
    private const string Secret = "s3cret-of-the-test";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-secrets-");

    public static TheoryData<string> Keys => [.. SettingKeys.All.Select(k => k.Replace("{level}", "V3", StringComparison.Ordinal))];

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("pass word", "pass word")]
    [InlineData("pass word\n", "pass word")]
    [InlineData("pass word\r\n", "pass word")]
    [InlineData("pass word\n\n", "pass word\n")]
    [InlineData(" pass word \n", " pass word ")]
    [InlineData("\uFEFFpass word\n", "pass word")]
    public void It_is_the_content_of_the_file_without_one_line_end(string content, string value)
    {
        var file = Write(content);
        var (settings, faults) = Load.From(environment: new() { ["RabbitMq__PasswordFile"] = file });
        Assert.Empty(faults);
        Assert.Equal(value, settings!.RabbitMq.Password);
    }

    [Fact]
    public void Every_source_can_name_a_file_and_letter_case_does_not_matter()
    {
        var (user, level, port) = (Write("worker\n"), Write("3\n"), Write("8081\n"));
        var (settings, faults) = Load.From(
            $$"""{ "RabbitMq": { "UsernameFile": "{{user}}" } }""",
            new() { ["BILLING__LEVELS__V2__PACKAGE__GRACEDAYSFILE"] = level },
            $"http:portfile={port}");
        Assert.Empty(faults);
        Assert.Equal(("worker", 3, 8081), (settings!.RabbitMq.Username, settings.Billing.DaysOf("V2").Package.GraceDays, settings.Http.Port));
    }

    [Fact]
    public void A_later_source_overrides_an_earlier_one_in_either_form_and_what_is_overridden_is_not_read()
    {
        var file = Write("of the file\n");
        var (settings, faults) = Load.From(
            """{ "RabbitMq": { "Password": "plain", "UsernameFile": "/none", "VirtualHostFile": "/none" } }""",
            new() { ["RabbitMq__PasswordFile"] = file, ["RabbitMq__Username"] = "plain" },
            $"RabbitMq:VirtualHostFile={file}");
        Assert.Empty(faults);
        Assert.Equal(
            ("of the file", "plain", "of the file"), (settings!.RabbitMq.Password, settings.RabbitMq.Username, settings.RabbitMq.VirtualHost));
    }

    [Fact]
    public void Both_in_one_source_are_a_fault_that_names_both()
    {
        var (settings, faults) = Load.From(environment: new() { ["RabbitMq__Password"] = Secret, ["RabbitMq__PasswordFile"] = Write(Secret) });
        Assert.Null(settings);
        Assert.Equal(
            "RabbitMq:Password: is given twice, as RabbitMq:Password and as RabbitMq:PasswordFile: give one of the two (environment variable RabbitMq__Password)",
            Assert.Single(faults));
    }

    [Theory]
    [InlineData("RabbitMq__PasswordFile", "RabbitMq:PasswordFile")]
    [InlineData("Database__ConnectionStringFile", "Database:ConnectionStringFile")]
    [InlineData("Billing__CloseDelayFile", "Billing:CloseDelayFile")]
    public void A_file_that_cannot_be_read_is_one_fault_that_names_the_key_and_the_file(string variable, string key)
    {
        var large = Write(Secret + new string('x', ValuesAndFiles.MostBytes));
        var binary = Path.Combine(folder.FullName, "binary");
        File.WriteAllBytes(binary, [.. System.Text.Encoding.UTF8.GetBytes(Secret), 0xFF, 0xFE]);
        foreach (var (file, cause) in new[]
        {
            ("/run/secrets/none", "there is no file /run/secrets/none"), ("/none/none", "there is no file /none/none"),
            (folder.FullName, $"{folder.FullName} is a folder, not a file"), (Write(""), " is empty"), (Write("\n"), " is empty"),
            (large, $"{large} has more than 65536 bytes"), (binary, $"{binary} is not UTF-8 text"), ("", "is not the name of a file"),
            ($"-----BEGIN PRIVATE KEY-----\n{Secret}", "is not the name of a file"),
        })
        {
            var (settings, faults) = Load.From(environment: new() { [variable] = file });
            Assert.Null(settings);
            var fault = Assert.Single(faults);
            Assert.StartsWith(key + ": ", fault, StringComparison.Ordinal);
            Assert.Contains(cause, fault, StringComparison.Ordinal);
            Assert.EndsWith($" (environment variable {variable})", fault, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_file_of_a_connection_string_is_the_only_fault()
    {
        var (settings, faults) = Load.From(environment: new() { ["Database__Engine"] = "SqlServer", ["Database__ConnectionStringFile"] = "/none" });
        Assert.Null(settings);
        Assert.Equal("Database:ConnectionStringFile: there is no file /none (environment variable Database__ConnectionStringFile)",
            Assert.Single(faults));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void No_fault_repeats_what_a_file_holds(string key)
    {
        // Wrong for every setting that can be wrong, and a certificate that is none.
        foreach (var content in new[] { $"{Secret}@{Secret} ;=", $"Server=x;{Secret}=1" })
        {
            var file = Write(content);
            foreach (var (variable, value) in new[] { ("RabbitMq__UseTls", "true"), ("Database__Engine", "SqlServer") })
            {
                var (_, faults) = Load.From(environment: new() { [variable] = value }, options: [$"{key}File={file}"]);
                Assert.DoesNotContain(faults, f => f.Contains(Secret, StringComparison.Ordinal));
                Assert.All(faults.Where(f => f.StartsWith(key + ":", StringComparison.Ordinal)), f =>
                    Assert.EndsWith($"(file {file}, command line)", f, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void A_fault_of_what_a_file_holds_names_the_key_the_file_and_who_named_it()
    {
        var file = Write("70000");
        var (_, faults) = Load.From(environment: new() { ["Http__PortFile"] = file });
        Assert.Equal($"Http:Port: its content is not a whole number from 0 to 65535 (file {file}, environment variable Http__PortFile)",
            Assert.Single(faults));
    }

    [Theory]
    [InlineData("RabbitMq__PaswordFile", "RabbitMq:PasswordFile")]
    [InlineData("RabbitMq__Password_File", "RabbitMq:PasswordFile")]
    [InlineData("RABBITMQ__PASSWORD_FILE", "RabbitMq:PasswordFile")]
    [InlineData("Http__TokenFil", "Http:TokenFile")]
    [InlineData("Billing__RoundingFilee", "Billing:RoundingFile")]
    public void A_key_that_is_nearly_that_of_a_file_is_a_fault_that_says_which_was_meant(string variable, string meant)
    {
        var (settings, faults) = Load.From(environment: new() { [variable] = "/run/secrets/x" });
        Assert.Null(settings);
        Assert.Equal(
            $"{variable.Replace("__", ":", StringComparison.Ordinal)}: there is no such setting; did you mean '{meant}'? (environment variable {variable})", Assert.Single(faults));
    }

    [Fact]
    public void No_key_is_that_of_another_ones_file() =>
        Assert.DoesNotContain(SettingKeys.All, k => k.EndsWith(SettingKeys.OfFile, StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void A_category_of_the_log_may_be_called_as_it_likes() =>
        Assert.Equal("Debug", Load.Options("Logging:LogLevel:DefaultFile=Debug").Logging["LogLevel:DefaultFile"]);

    [Fact]
    public async Task A_file_that_is_not_there_stops_a_verb_before_there_is_a_database()
    {
        using var store = new TestStore();
        var ran = await store.RunAsync("run", "--set", "RabbitMq:PasswordFile=/run/secrets/none", "--set", "Http:Port=0");
        Assert.Equal((Exit.BadInput, "RabbitMq:PasswordFile: there is no file /run/secrets/none (command line)\n"), (ran.Exit, ran.Error));
        Assert.False(File.Exists(store.File));
    }

    [Fact]
    public void Certificates_and_keys_that_do_not_fit_are_faults_that_repeat_nothing_of_them()
    {
        using var ca = Pem.Ca("a CA");
        using var one = Pem.Client(ca);
        using var other = Pem.Client(ca);
        var certificate = "RabbitMq:ClientCertificate=" + Pem.Of(one);
        var (key, encrypted) = ("RabbitMq:ClientKey=" + Pem.KeyOf(one), "RabbitMq:ClientKey=" + Pem.EncryptedKeyOf(one, "right"));
        const string OtherKey = "RabbitMq:ClientKey: is not the private key, in PEM, of the first certificate of RabbitMq:ClientCertificate";
        foreach (var (options, fault) in new (string[] Options, string Fault)[]
        {
            (["RabbitMq:Ca=" + Pem.Of(ca)], "RabbitMq:Ca: is for encrypted connections only: set RabbitMq:UseTls=true"),
            (["RabbitMq:UseTls=true", "RabbitMq:Ca=/run/secrets/ca.pem"], "RabbitMq:Ca: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"),
            (["RabbitMq:UseTls=true", "RabbitMq:Ca=" + Pem.Of(ca)[..200]], "RabbitMq:Ca: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"),
            (["RabbitMq:UseTls=true", certificate], "RabbitMq:ClientCertificate: needs RabbitMq:ClientKey"),
            (["RabbitMq:UseTls=true", key], "RabbitMq:ClientKey: needs RabbitMq:ClientCertificate"),
            (["RabbitMq:UseTls=true", "RabbitMq:ClientKeyPassword=x"], "RabbitMq:ClientKeyPassword: needs RabbitMq:ClientKey"),
            (["RabbitMq:UseTls=true", certificate, "RabbitMq:ClientKey=" + Pem.KeyOf(other)], OtherKey),
            (["RabbitMq:UseTls=true", certificate, encrypted], "RabbitMq:ClientKey: is encrypted: it needs RabbitMq:ClientKeyPassword"),
            (["RabbitMq:UseTls=true", certificate, encrypted, "RabbitMq:ClientKeyPassword=wrong"], OtherKey
                + ", or RabbitMq:ClientKeyPassword is wrong"),
        })
        {
            var (settings, faults) = Load.From(options: options);
            Assert.Null(settings);
            Assert.Equal(fault + " (command line)", Assert.Single(faults));
        }

        Load.Options("RabbitMq:UseTls=true", certificate, encrypted, "RabbitMq:ClientKeyPassword=right");
    }

    private string Write(string content)
    {
        var file = Path.Combine(folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, content);
        return file;
    }
}
