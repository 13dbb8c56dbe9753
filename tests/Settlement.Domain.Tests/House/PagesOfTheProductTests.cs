using Xunit;

namespace Settlement.Domain.Tests.House;

/// <summary>
/// The rules and the interface come from outside. Their pages in docs must be the same text, so that nobody builds on a different one.
/// </summary>
public class PagesOfTheProductTests
{
    [Theory]
    [InlineData("RULES.md", "rules.md")]
    [InlineData("INTERFACE.md", "interface.md")]
    public void The_page_is_the_text_that_was_given(string given, string page)
    {
        var file = Given(given);
        Assert.SkipWhen(file is null, $"shared/{given} is not beside the checkout");
        Assert.Equal(File.ReadAllText(file), File.ReadAllText(Repository.File($"docs/{page}")));
    }

    /// <summary>In the folder <c>shared</c> next to the checkout, or next to a folder that contains it.</summary>
    private static string? Given(string name)
    {
        for (var at = new DirectoryInfo(Repository.File(".")).Parent; at is not null; at = at.Parent)
        {
            var file = Path.Combine(at.FullName, "shared", name);
            if (File.Exists(file))
                return file;
        }

        return null;
    }
}
