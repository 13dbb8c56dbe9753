namespace Settlement.Worker.Ingest;

/// <summary>The fields of an event. If several are bad, the first in this order is named.</summary>
internal enum EventField
{
    SpecVersion,
    Type,
    Data,
    Id,
    Source,
    Account,
    Api,
    Region,
    Time,
    Status,
    Count,
    Project,
    Unknown,
}

/// <summary>The names of the fields on the wire (INTERFACE 1), in a plain event and in a CloudEvent.</summary>
internal static class EventFieldNames
{
    public const EventField Last = EventField.Project;

    public static string NameOf(EventField field, bool cloudEvent) => field switch
    {
        EventField.SpecVersion => "specversion",
        EventField.Type => "type",
        EventField.Data => "data",
        EventField.Id => "id",
        EventField.Source => "source",
        EventField.Account => cloudEvent ? "subject" : "account",
        EventField.Api => "api",
        EventField.Region => "region",
        EventField.Time => "time",
        EventField.Status => "status",
        EventField.Count => "count",
        EventField.Project => "project",
        _ => "event",
    };

    /// <summary>A field of an event outside CloudEvents.</summary>
    public static EventField OfEvent(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("id"u8) => EventField.Id,
        4 when name.SequenceEqual("time"u8) => EventField.Time,
        6 when name.SequenceEqual("source"u8) => EventField.Source,
        7 when name.SequenceEqual("account"u8) => EventField.Account,
        _ => OfData(name),
    };

    /// <summary>An attribute of a CloudEvent.</summary>
    public static EventField OfAttribute(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("id"u8) => EventField.Id,
        4 when name.SequenceEqual("time"u8) => EventField.Time,
        4 when name.SequenceEqual("type"u8) => EventField.Type,
        4 when name.SequenceEqual("data"u8) => EventField.Data,
        6 when name.SequenceEqual("source"u8) => EventField.Source,
        7 when name.SequenceEqual("subject"u8) => EventField.Account,
        11 when name.SequenceEqual("specversion"u8) => EventField.SpecVersion,
        _ => EventField.Unknown,
    };

    /// <summary>What the <c>data</c> of a CloudEvent holds.</summary>
    public static EventField OfData(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 when name.SequenceEqual("api"u8) => EventField.Api,
        5 when name.SequenceEqual("count"u8) => EventField.Count,
        6 when name.SequenceEqual("region"u8) => EventField.Region,
        6 when name.SequenceEqual("status"u8) => EventField.Status,
        7 when name.SequenceEqual("project"u8) => EventField.Project,
        _ => EventField.Unknown,
    };
}
