using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Settings;

public class SettingsLoaderTests
{
    [Fact]
    public void With_no_settings_at_all_it_is_a_SQLite_file_and_an_in_process_bus()
    {
        var settings = Load.Options();
        Assert.Equal(new DatabaseSettings(DatabaseEngine.Sqlite, "Data Source=settlement.db"), settings.Database);
        Assert.Null(settings.RabbitMq.Host);
    }

    [Fact]
    public void The_environment_is_over_the_file_and_options_are_over_both()
    {
        var (settings, faults) = Load.From(
            """{ "RabbitMq": { "Host": "file", "Username": "file", "Password": "file" } }""",
            new() { ["RabbitMq__Username"] = "environment", ["RABBITMQ__PASSWORD"] = "environment" },
            "rabbitmq:password=a=b");
        Assert.Empty(faults);
        Assert.Equal(("file", "environment", "a=b"), (settings!.RabbitMq.Host, settings.RabbitMq.Username, settings.RabbitMq.Password));
    }

    [Fact]
    public void All_faults_are_told_at_once_with_where_they_came_from()
    {
        var (settings, faults) = Load.From(
            """{ "Databse": { "Engine": "Sqlite" }, "Billing": { "CloseDelay": "soon", "Levels": { "V9": { "Package": { "GraceDays": 1 } } } }, "Http": { "Port": 70000 } }""",
            new() { ["RabbitMq__UseTls"] = "maybe", ["RabbitMq__Pasword"] = "secret" },
            "Billing:Rounding=up", "Http");
        Assert.Null(settings);
        Assert.Equal(
            [
                "Billing:CloseDelay: 'soon' is not a duration such as 01:00:00 or 35.00:00:00 (FILE)",
                "Billing:Levels:V9: there is no level 'V9'; levels are V0 to V5 (FILE)",
                "Billing:Rounding: 'up' is neither carry nor truncate (command line)",
                "Databse:Engine: there is no section 'Databse'; sections are Database, RabbitMq, Billing, Http, Telemetry, Logging (FILE)",
                "Http: an option is given as Section:Key=value",
                "Http:Port: '70000' is not a whole number from 0 to 65535 (FILE)",
                "RabbitMq:Pasword: there is no such setting; did you mean 'RabbitMq:Password'? (environment variable RabbitMq__Pasword)",
                "RabbitMq:UseTls: 'maybe' is neither true nor false (environment variable RabbitMq__UseTls)",
            ],
            faults.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{ \"Port\": 1 }", "Port: there is no section 'Port'")]
    [InlineData("{ \"Http\": 1 }", "Http: there is no such setting")]
    [InlineData("{ \"Billing\": true }", "Billing: is a section, not a setting")]
    [InlineData("{ \"Http\": { \"Port\": [1] } }", "Http:Port:0: there is no such setting")]
    [InlineData("{ \"Http\": { \"Port\": { \"Number\": 1 } } }", "Http:Port:Number: there is no such setting")]
    [InlineData("{ \"Http\": { \"Port\": 1, \"port\": 1 } }", "Http:port: is given twice")]
    [InlineData("{ \"Http\": { \"Port\": 1.0 } }", "Http:Port: '1.0' is not a whole number")]
    [InlineData("{ \"Http\": ", "FILE: is not JSON")]
    [InlineData("[]", "FILE: is not a JSON object")]
    [InlineData("{ \"Database\": { \"ConnectionString\": \"Server=x\" } }", "Database:ConnectionString: is not for Sqlite")]
    [InlineData("{ \"Database\": { \"ConnectionString\": \"settlement.db\" } }", "Database:ConnectionString: is not a connection string")]
    [InlineData("{ \"Database\": { \"ConnectionString\": \"\" } }", "Database:ConnectionString: is not a connection string")]
    [InlineData("{ \"Database\": { \"Engine\": \"SqlServer\" } }", "Database:ConnectionString: is needed with SqlServer")]
    [InlineData("{ \"Database\": { \"Engine\": \"SqlServer\", \"ConnectionString\": \"Server=x\" } }", "Database:ConnectionString: names no Database")]
    [InlineData("{ \"Database\": { \"Engine\": \"SqlServer\", \"ConnectionString\": \"Database=x\" } }", "Database:ConnectionString: names no Server")]
    [InlineData("{ \"Database\": { \"Engine\": \"1\" } }", "Database:Engine: '1' is neither Sqlite nor SqlServer")]
    [InlineData("{ \"RabbitMq\": { \"VirtualHost\": \"\" } }", "RabbitMq:VirtualHost: is empty")]
    [InlineData("{ \"RabbitMq\": { \"Host\": \"amqp://x\" } }", "RabbitMq:Host: is not a host name or address")]
    [InlineData("{ \"RabbitMq\": { \"Host\": \"broker:0\" } }", "RabbitMq:Host: is not a host name or address")]
    [InlineData("{ \"RabbitMq\": { \"Host\": \"broker:65536\" } }", "RabbitMq:Host: is not a host name or address")]
    [InlineData("{ \"RabbitMq\": { \"Host\": \"one,,two\" } }", "RabbitMq:Host: is not a host name or address")]
    [InlineData("{ \"RabbitMq\": { \"Host\": \"one,\" } }", "RabbitMq:Host: is not a host name or address")]
    [InlineData("{ \"RabbitMq\": { \"Host\": \"one two\" } }", "RabbitMq:Host: is not a host name or address")]
    [InlineData("{ \"RabbitMq\": { \"Host\": \"guest:secret@broker\" } }", "RabbitMq:Host: is not a host name or address, nor several with commas between them, each with a port (host:port) or without; all else has settings of its own (FILE)")]
    [InlineData("{ \"RabbitMq\": { \"Host\": \" broker\" } }", "RabbitMq:Host: is not a host name or address")]
    [InlineData("{ \"Logging\": { \"LogLevel\": { \"Default\": \"Loud\" } } }", "Logging:LogLevel:Default: 'Loud' is none of Trace, Debug")]
    [InlineData("{ \"Logging\": { \"Console\": { \"LogLevel\": { \"Quartz\": \"9\" } } } }", "Logging:Console:LogLevel:Quartz: '9' is none of Trace, Debug")]
    [InlineData("{ \"Logging\": { \"Console\": { \"FormatterName\": \"jsn\" } } }", "Logging:Console:FormatterName: 'jsn' is none of simple, json, systemd")]
    public void A_file_with_a_fault_is_refused(string file, string fault)
    {
        var (settings, faults) = Load.From(file);
        Assert.Null(settings);
        Assert.StartsWith(fault, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Logging_is_passed_on_and_what_is_not_ours_in_the_environment_is_not_looked_at()
    {
        var (settings, faults) = Load.From(
            """{ "Logging": { "LogLevel": { "Default": "Debug" } } /* as .NET reads it */, }""",
            new() { ["PATH"] = "/bin", ["Some__Thing"] = "x", ["npm__config"] = "x", ["HTML__Port"] = "x", ["HttpServer__Port"] = "x",
                ["HTTP_PROXY"] = "y", ["Logging__LogLevel__Quartz"] = "Warning" });
        Assert.Empty(faults);
        Assert.Equal("Debug", settings!.Logging["LogLevel:Default"]);
        Assert.Equal("Warning", settings.Logging["LogLevel:Quartz"]);
    }

    [Theory]
    [InlineData("RabitMq__Host", "RabbitMq")]
    [InlineData("RABITMQ__PASSWORD", "RabbitMq")]
    [InlineData("Rabbit__Host", "RabbitMq")]
    [InlineData("Databsae__Engine", "Database")]
    [InlineData("Biling__TimeZone", "Billing")]
    [InlineData("Htpt__Port", "Http")]
    [InlineData("Loging__LogLevel__Default", "Logging")]
    public void A_section_of_the_environment_that_is_nearly_one_of_ours_is_a_fault(string variable, string meant)
    {
        var (settings, faults) = Load.From(environment: new() { [variable] = "secret" });
        Assert.Null(settings);
        Assert.Equal($"{variable}: is an environment variable of a section that does not exist; did you mean '{meant}'?", Assert.Single(faults));
    }

    [Theory]
    [InlineData("broker")]
    [InlineData("rabbit_mq.billing.svc")]
    [InlineData("10.0.0.7")]
    [InlineData("::1")]
    public void A_host_is_a_name_or_an_address(string host) => Assert.Equal(host, Load.Options($"RabbitMq:Host={host}").RabbitMq.Host);

    [Theory]
    [InlineData("broker", "broker:5672")]
    [InlineData("broker:5673", "broker:5673")]
    [InlineData("::1", "[::1]:5672")]
    [InlineData("[::1]:5673", "[::1]:5673")]
    [InlineData("one:5673, two,10.0.0.7", "one:5673, two:5672, 10.0.0.7:5672")]
    public void A_host_may_have_a_port_and_there_may_be_several(string host, string nodes) =>
        Assert.Equal(nodes, Load.Options($"RabbitMq:Host={host}").RabbitMq.Address);

    [Theory]
    [InlineData("Sqlite", "Data Source=a.db;Password=pa;SECRET=1")]
    [InlineData("Sqlite", "Data Source=a.db;Default Timeout=SECRET")]
    [InlineData("SqlServer", "Server=x;Database=y;Connect Timeout=SECRET")]
    [InlineData("SqlServer", "Server=x;Database=y;Encrypt=SECRET")]
    public void A_connection_string_that_is_not_understood_is_not_repeated(string engine, string connection)
    {
        var (settings, faults) = Load.From(options: [$"Database:Engine={engine}", $"Database:ConnectionString={connection}"]);
        Assert.Null(settings);
        Assert.Contains("is not for " + engine, Assert.Single(faults), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", faults[0], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_file_name_with_odd_characters_stays_one_name()
    {
        var settings = Load.Options([.. SettingsSources.DatabaseFile("/tmp/a;b='c'.db")]);
        Assert.Equal("/tmp/a;b='c'.db", new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(settings.Database.ConnectionString).DataSource);
    }

    [Fact]
    public void An_encrypted_connection_has_its_own_port_unless_one_is_given()
    {
        Assert.Equal(5671, Load.Options("RabbitMq:UseTls=true").RabbitMq.Port);
        Assert.Equal(5672, Load.Options("RabbitMq:UseTls=true", "RabbitMq:Port=5672").RabbitMq.Port);
    }

    [Fact]
    public void The_file_in_the_current_directory_goes_before_the_one_beside_the_executable()
    {
        var here = Directory.CreateTempSubdirectory("here").FullName;
        var there = Directory.CreateTempSubdirectory("there").FullName;
        Assert.Null(SettingsSources.FindFile(here, there));
        File.WriteAllText(Path.Combine(there, SettingsSources.FileName), "{}");
        Assert.Equal(Path.Combine(there, SettingsSources.FileName), SettingsSources.FindFile(here, there));
        File.WriteAllText(Path.Combine(here, SettingsSources.FileName), "{}");
        Assert.Equal(Path.Combine(here, SettingsSources.FileName), SettingsSources.FindFile(here, there));
    }

    [Fact]
    public void The_file_that_is_shipped_has_no_fault() =>
        Assert.Empty(Load.From(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, SettingsSources.FileName))).Faults);
}
