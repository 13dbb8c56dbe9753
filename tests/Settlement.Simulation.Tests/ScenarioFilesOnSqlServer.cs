using Settlement.Storage.Tests.Contract;
using Settlement.Worker.Output;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests;

/// <summary>The same files on a T-SQL engine. If there is no server, a single skip stands for all of them.</summary>
public sealed class ScenarioFilesOnSqlServer
{
    private const string Long = "case-21";

    public static IEnumerable<TheoryDataRow<string>> Readable() =>
        TestSqlServer.IsThere ? ScenarioFiles.Readable().Where(r => r.Data != Long)
            : [new TheoryDataRow<string>("").WithTestDisplayName("every scenario file on SQL Server")];

    /// <summary>
    /// 100,000 purchases, one transaction after the other over the network; takes some twenty minutes. Run it with <c>-explicit only</c>.
    /// </summary>
    [Fact(Explicit = true)]
    public void Gives_what_is_expected_of_a_hundred_thousand_purchases() => Gives_what_is_expected(Long);

    [Theory]
    [MemberData(nameof(Readable))]
    public void Gives_what_is_expected(string name)
    {
        using var database = TestSqlServer.Need();
        ScenarioFiles.Check(name, json => JsonOutput.Write(Worker.Simulating.Simulation.Run(ScenarioReader.Read(json), database.Engine)));
    }
}
