using System.CommandLine;

namespace Settlement.Worker.Verbs;

/// <summary>Commands from a file.</summary>
internal sealed class CommandVerb : Verb
{
    private readonly Argument<string> _file = new("FILE") { Description = "commands: a JSON array, or one to a line; - for standard input" };

    public CommandVerb()
        : base("command", "Applies commands as if they had come over the broker, and prints what became of each.")
    {
        Add(_file);
        Add(OutputOption);
        Does((parsed, context) => Run(context, parsed.GetRequiredValue(_file)));
    }

    private static int Run(VerbContext context, string file) => throw new NotSupportedException("wired by the lead");
}
