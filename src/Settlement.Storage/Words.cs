using System.Collections.Concurrent;
using Settlement.Storage.Engines;

namespace Settlement.Storage;

public enum WordKind
{
    Api = 1,
    Region = 2,
    Project = 3,
    Source = 4,
}

/// <summary>The dictionary of text ids and their numbers. Numbers never change, so they are remembered once committed.</summary>
public sealed class Words(IEngine engine)
{
    private readonly ConcurrentDictionary<(WordKind, string), long> numbers = new();
    private readonly ConcurrentDictionary<(WordKind, long), string> texts = new();

    /// <summary>The number of a text; assigned now if it has none. A missing text (no project) is 0.</summary>
    public long NumberOf(Session session, WordKind kind, string? text)
    {
        if (text is null)
            return 0;
        if (numbers.TryGetValue((kind, text), out var known) || session.Numbers.TryGetValue((kind, text), out known))
            return known;
        var args = new { Kind = (long)kind, Text = text };
        var no = session.One<long?>("words/find", args);
        if (no is null)
        {
            no = engine.NewWordNo(session, kind);
            session.Execute("words/add", new { Kind = (long)kind, No = no.Value, Text = text });
        }

        session.Numbers[(kind, text)] = no.Value;
        session.OnCommit(() => numbers[(kind, text)] = no.Value);
        return no.Value;
    }

    /// <summary>The number of a text if it has one, otherwise -1, which no row has.</summary>
    public long Find(Session session, WordKind kind, string text) =>
        numbers.TryGetValue((kind, text), out var known) ? known : session.One<long?>("words/find", new { Kind = (long)kind, Text = text }) ?? -1;

    public string? TextOf(Session session, WordKind kind, long no)
    {
        if (no == 0)
            return null;
        if (texts.TryGetValue((kind, no), out var known))
            return known;
        var text = session.One<string>("words/text", new { Kind = (long)kind, No = no })
            ?? throw new InvalidOperationException($"There is no {kind} number {no}.");
        if (session.Transaction is null)
            texts[(kind, no)] = text;
        else
            session.OnCommit(() => texts[(kind, no)] = text);
        return text;
    }
}
