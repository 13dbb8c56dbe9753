using Settlement.Storage.Tests.Contract;
using Settlement.Worker.Output;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests;

/// <summary>The same files on a T-SQL engine; one skip for all of them where none is given.</summary>
public sealed class ScenarioFilesOnSqlServer
{
    public static IEnumerable<TheoryDataRow<string>> Readable() =>
        TestSqlServer.IsThere ? ScenarioFiles.Readable() : [new TheoryDataRow<string>("").WithTestDisplayName("every scenario file on SQL Server")];

    [Theory]
    [MemberData(nameof(Readable))]
    public void Gives_what_is_expected(string name)
    {
        using var database = TestSqlServer.Need();
        ScenarioFiles.Check(name, json => JsonOutput.Write(Worker.Simulating.Simulation.Run(ScenarioReader.Read(json), database.Engine)));
    }
}
