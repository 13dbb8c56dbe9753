using Settlement.Worker.Output;
using Xunit;

namespace Settlement.Worker.Tests.Output;

public sealed class SpoolTests
{
    [Theory]
    [InlineData(3, false)]
    [InlineData(40_000, true)]
    public void Rows_come_out_as_they_went_in_from_memory_or_from_a_file(int rows, bool file)
    {
        using var spool = new Spool();
        for (var i = 0; i < rows; i++)
            spool.Add(RowOf(i));

        Assert.Equal((rows, file), (spool.Count, spool.FileName is not null));
        Assert.Equal(Enumerable.Range(0, rows).Select(RowOf), spool.Rows());
        Assert.Equal(rows, spool.Rows().Count());
    }

    [Fact]
    public void The_file_has_no_name_that_could_be_left_behind_or_read_by_another()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps the name of an open file");
        using var spool = new Spool();
        for (var i = 0; spool.FileName is null; i++)
            spool.Add(RowOf(i));
        spool.Add("after", "the move");

        Assert.False(File.Exists(spool.FileName), spool.FileName);
        Assert.Equal(["after", "the move"], spool.Rows().Last());
    }

    private static string[] RowOf(int i) => [$"row {i}", "", new string('长', 60), "line\nbreak"];
}
