using System.CommandLine;

namespace Settlement.Worker.Verbs;

/// <summary>What would the bill be if (INTERFACE 5).</summary>
internal sealed class SimulateVerb : Verb
{
    private readonly Argument<string> _file = new("FILE") { Description = "the scenario, JSON; - for standard input" };

    public SimulateVerb()
        : base("simulate", "Runs a scenario under a test clock on a throw-away store and prints the bill, balances, packages and all else that came of it.")
    {
        Add(_file);
        Add(OutputOption);
        DoesAlone((parsed, context) => Run(context, parsed.GetRequiredValue(_file)));
    }

    /// <param name="context">What every verb is given.</param>
    /// <param name="file">A path, or - for standard input.</param>
    private static int Run(VerbContext context, string file)
    {
        context.Listing.Json(Simulating.Simulation.Run(InputText.Read(file)));
        return Exit.Done;
    }
}
