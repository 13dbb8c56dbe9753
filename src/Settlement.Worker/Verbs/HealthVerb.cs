using System.Globalization;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>For containers: asks the worker that runs here whether it is ready. 0: it is; 3: it is not, and why; 1: no worker answers.</summary>
internal sealed class HealthVerb : Verb
{
    public HealthVerb()
        : base("health", "Asks the worker that runs on this machine whether it is ready. 0: it is; 3: it is not, and why; 1: no worker answers.")
    {
        Add(OutputOption);
        Does((_, context, cancel) => RunAsync(context, cancel));
    }

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancel)
    {
        var http = context.Settings.Http;
        if (http.Port == 0)
            throw new BadInputException("Http:Port: is 0, so the worker answers nowhere");
        try
        {
            var answer = await WorkerHealth.AskAsync(http, cancel);
            if (context.Listing.IsJson)
                context.Listing.Json(answer);
            else if (answer.Ready)
                context.Listing.Say("ready");
            foreach (var reason in context.Listing.IsJson ? [] : answer.Reasons)
                context.Listing.Say($"not ready: {WorkerHealth.Said(reason)}");
            foreach (var note in context.Listing.IsJson ? [] : answer.Notes ?? [])
                context.Listing.Say($"note: {note.What}: {note.Says} since {note.Since}");
            return answer.Ready ? Exit.Done : Exit.Differs;
        }
        catch (Exception e) when (WorkerHealth.IsNoAnswer(e, cancel))
        {
            context.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"No worker answers at port {http.Port}: {Listing.Plain(e.Message)}"));
            return Exit.Unexpected;
        }
    }
}
