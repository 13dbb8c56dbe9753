using System.CommandLine;
using Settlement.Domain.Commands;
using Settlement.Engine;
using Settlement.Engine.Commands;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>
/// Commands from a file. A refusal is an answer, so the exit code is 0; a malformed command was not understood, so it is 3. A file that can't be read
/// is refused as a whole, with 2.
/// </summary>
internal sealed class CommandVerb : Verb
{
    private const int PerTransaction = 500;

    private readonly Argument<string> _file = new("FILE") { Description = "commands: a JSON array, or one per line; - for standard input" };

    public CommandVerb()
        : base("command", "Applies commands as if they had come over the broker, and prints what became of each.")
    {
        Add(_file);
        Add(OutputOption);
        Does((parsed, context) => Run(context, parsed.GetRequiredValue(_file)));
    }

    private static int Run(VerbContext context, string file)
    {
        var bodies = CommandFile.Read(InputText.Read(file), InputText.NameOf(file));
        using var open = OpenStore.ToWriteOrCreate(context);
        ClockCheck.NeedDatabases(open, open.Core.NowUs);
        var ids = bodies.ConvertAll(CommandInbox.IdOf);
        var before = open.Store.Read(session =>
            ids.Distinct(StringComparer.Ordinal).Where(id => CommandInbox.Answer(session, id) is not null).ToHashSet(StringComparer.Ordinal));
        using (var progress = context.Progress())
        {
            var received = 0;
            foreach (var chunk in bodies.Chunk(PerTransaction))
            {
                open.Core.Commands.Receive(chunk, open.Core.NowUs);
                progress.Report(received += chunk.Length, bodies.Count, "commands received");
            }

            open.Core.Timeline.Progress = step =>
                progress.Report(step.Count, null, $"{step.What} of {open.Store.Settings.TimeZone.Show(step.DueUs)}");
            open.Core.Timeline.AdvanceTo(open.Core.NowUs);
        }

        var answers = open.Store.Read(session => ids.ConvertAll(id => CommandInbox.Answer(session, id)!));
        var views = answers.Select((a, i) => View(open.Views, a, repeated: !before.Add(ids[i]))).ToList();
        context.Listing.Rows(
            views,
            [
                new("COMMAND", a => a.Id), new("TYPE", a => a.Type), new("STATE", a => a.Repeated ? $"{a.State} before" : a.State),
                new("CODE", a => a.Code),
                new("AT", a => Figures.Short(a.At), Detail: true),
            ]);
        foreach (var refused in views.Where(a => a.Detail is not null))
            context.Listing.Say($"{refused.Id}: {refused.Detail}");
        return ParkedNow.Say(context, open) | views.Exists(a => a.Code == Refusal.Malformed) ? Exit.Differs : Exit.Done;
    }

    private static AnswerView View(ViewMaker views, CommandAnswerLine answer, bool repeated) =>
        new(answer.CommandId, answer.Type, answer.State, answer.Code, answer.Detail, views.Time(answer.AtUs), repeated);

    /// <param name="State"><c>applied</c>, <c>refused</c>, <c>pending</c> if something that is due before it is in the way, or <c>parked</c> if it
    /// waits with its account.</param>
    /// <param name="Repeated">The id was already known, so nothing was done; the answer is the earlier one.</param>
    private sealed record AnswerView(string Id, string Type, string State, string? Code, string? Detail, string At, bool Repeated);
}
