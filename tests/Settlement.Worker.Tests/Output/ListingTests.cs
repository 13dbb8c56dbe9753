using Settlement.Worker.Output;
using Xunit;

namespace Settlement.Worker.Tests.Output;

public class ListingTests
{
    private static readonly Column<Row>[] Columns =
    [
        new("account", r => r.Account),
        new("calls", r => r.Calls, RightAligned: true),
        new("resource", r => r.Resource, Detail: true),
    ];

    [Fact]
    public void Numbers_stand_right_and_text_left() =>
        Assert.Equal(
            ["account    calls   resource", "a1            40   r", "account2    1000"],
            Print(80, new Row("a1", "40", "r"), new Row("account2", "1000", null)).Output
                .Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '─'));

    [Fact]
    public void At_any_width_no_line_of_a_table_is_wider_and_no_text_is_broken()
    {
        for (var width = 24; width <= 200; width++)
        {
            var (output, _) = Print(width, new Row("account-with-a-name", "1,000,000", new string('r', 60)), new Row("a", "1", null));
            var lines = output.Split('\n');
            Assert.Single(lines, l => l.Contains("account-with-a-name", StringComparison.Ordinal));
            Assert.Single(lines, l => l.Contains("1,000,000", StringComparison.Ordinal));
            if (output.Contains('─', StringComparison.Ordinal))
                Assert.All(lines, line => Assert.True(line.Length <= width, $"{width}: {line}"));
        }
    }

    [Fact]
    public void Details_that_do_not_fit_are_left_out_and_said_so()
    {
        var (output, error) = Print(80, new Row("a", "1", new string('r', 100)));
        Assert.DoesNotContain("rrr", output, StringComparison.Ordinal);
        Assert.Equal("Left out at 80 columns: resource.\n", error);
    }

    [Fact]
    public void Where_even_that_is_too_wide_rows_become_blocks() =>
        Assert.Equal(
            "account   " + new string('a', 100) + "\ncalls     1\nresource  r\n\n",
            Print(80, new Row(new string('a', 100), "1", "r")).Output);

    [Fact]
    public void Text_of_users_is_neither_markup_nor_terminal_codes()
    {
        var (output, _) = Print(80, new Row("[red]x[/] [[", "1", "\u001b[31mred\nline"));
        Assert.Contains("[red]x[/] [[", output, StringComparison.Ordinal);
        Assert.Contains(@"\u001b[31mred\u000aline", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public void Wide_characters_count_double()
    {
        var (output, error) = Print(80, new Row("通行证", "1", new string('证', 40)));
        Assert.DoesNotContain("证证", output, StringComparison.Ordinal);
        Assert.NotEmpty(error);
    }

    [Fact]
    public void No_rows_are_said_to_be_none() => Assert.Equal("none\n", Print(80).Output);

    [Fact]
    public void Json_has_standard_output_to_itself()
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var listing = new Listing(output, error, OutputFormat.Json, 80);
        listing.Say("1 row");
        listing.Rows([new Row("a+b", "1", null)], Columns);
        Assert.Equal("[\n  {\n    \"account\": \"a+b\",\n    \"calls\": \"1\",\n    \"resource\": null\n  }\n]\n", output.ToString());
        Assert.Equal("1 row\n", error.ToString());
    }

    private static (string Output, string Error) Print(int width, params Row[] rows)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        new Listing(output, error, OutputFormat.Table, width).Rows(rows, Columns);
        return (output.ToString(), error.ToString());
    }

    private sealed record Row(string Account, string Calls, string? Resource);
}
