using System.Text.Json;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>
/// One event while its fields are being read. The same draft serves all events of a body, so that a text that repeats from event to
/// event (account, api, region) is one string.
/// </summary>
internal sealed class EventDraft(bool cloudEvent)
{
    private const int Needed = 1 << (int)EventField.Id | 1 << (int)EventField.Source | 1 << (int)EventField.Account
        | 1 << (int)EventField.Api | 1 << (int)EventField.Region | 1 << (int)EventField.Time | 1 << (int)EventField.Status;

    private const int NeededOfCloudEvent = 1 << (int)EventField.SpecVersion | 1 << (int)EventField.Type | 1 << (int)EventField.Data;

    private readonly string?[] _texts = new string?[(int)EventFieldNames.Last + 1];
    private int _seen;
    private int _good;
    private EventField _badField;
    private string? _cause;
    private long? _timeUs;
    private long? _status;
    private long? _count;

    public bool IsEmpty => _seen == 0;

    public void Clear()
    {
        _seen = _good = 0;
        _cause = null;
        _timeUs = _status = _count = null;
    }

    /// <summary>Reads the value at the reader into the field. A field given twice is bad: which of the two is meant is anybody's guess.</summary>
    public void Read(EventField field, ref Utf8JsonReader json)
    {
        if ((_seen & 1 << (int)field) != 0)
            Bad(field, "is given twice");
        _seen |= 1 << (int)field;
        switch (field)
        {
            case EventField.Time:
                ReadTime(ref json);
                break;
            case EventField.Status:
                _status = ReadInteger(field, 100, 599, ref json);
                break;
            case EventField.Count:
                _count = ReadInteger(field, 1, UsageCall.MaxCount, ref json);
                break;
            case EventField.Project when json.TokenType == JsonTokenType.Null:
                break;
            default:
                ReadText(field, ref json);
                break;
        }
    }

    /// <summary><c>data</c> is present and is an object; its fields are read one by one.</summary>
    public void HasData()
    {
        if ((_seen & 1 << (int)EventField.Data) != 0)
            Bad(EventField.Data, "is given twice");
        _seen |= 1 << (int)EventField.Data;
    }

    public void Bad(EventField field, string cause)
    {
        _seen |= 1 << (int)field;
        if (_cause is not null && _badField <= field)
            return;
        _badField = field;
        _cause = cause;
    }

    /// <param name="raw">The event's own JSON, asked for only when a field is bad.</param>
    public ReadEvent Finish(ReadOnlySpan<byte> raw)
    {
        var missing = (cloudEvent ? Needed | NeededOfCloudEvent : Needed) & ~_seen;
        if (missing != 0)
            Bad((EventField)int.TrailingZeroCount(missing), "is missing");
        if (cloudEvent)
            JudgeEnvelope();
        if (_cause is null)
        {
            return ReadEvent.Of(new UsageCall(
                Text(EventField.Source)!, Text(EventField.Id)!, Text(EventField.Account)!, Text(EventField.Api)!, Text(EventField.Region)!,
                _timeUs!.Value, (int)_status!.Value, _count ?? 1, Text(EventField.Project)));
        }

        return ReadEvent.Of(new MalformedCall(
            EventFieldNames.NameOf(_badField, cloudEvent), _cause, RawJson.Of(raw), CallHash.Raw(raw),
            Text(EventField.Source), Text(EventField.Id), Text(EventField.Account), Text(EventField.Api), Text(EventField.Region),
            _timeUs, _status, (_seen & 1 << (int)EventField.Count) == 0 ? 1 : _count, Text(EventField.Project)));
    }

    private void JudgeEnvelope()
    {
        if (Text(EventField.SpecVersion) is { } version && version != "1.0")
            Bad(EventField.SpecVersion, "must be 1.0");
        if (Text(EventField.Type) is { } type && type != UsageReader.CloudEventType)
            Bad(EventField.Type, "must be " + UsageReader.CloudEventType);
    }

    private string? Text(EventField field) => (_good & 1 << (int)field) != 0 ? _texts[(int)field] : null;

    private void ReadText(EventField field, ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            Bad(field, json.TokenType == JsonTokenType.Null ? "is missing" : "must be text");
            json.Skip();
            return;
        }

        if (_texts[(int)field] is { } last && !json.ValueIsEscaped && json.ValueTextEquals(last))
        {
            _good |= 1 << (int)field;
            return;
        }

        var cause = RawJson.TryGetText(ref json, out var text) ? CallFields.TextFault(text) : "must be valid Unicode";
        if (cause is not null)
        {
            Bad(field, cause);
            return;
        }

        _texts[(int)field] = text;
        _good |= 1 << (int)field;
    }

    private void ReadTime(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.String && RawJson.TryGetText(ref json, out var text) && Instant.TryParse(text, out var us))
        {
            _timeUs = us;
            return;
        }

        Bad(EventField.Time, json.TokenType == JsonTokenType.Null ? "is missing" : "must be a time in RFC 3339 with an offset");
        json.Skip();
    }

    /// <summary>A JSON number made up of digits only: 1.0 and 1e2 are refused, since not every reader agrees that they are integers.</summary>
    private long? ReadInteger(EventField field, long least, long most, ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var value))
        {
            if (value < least || value > most)
                Bad(field, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be from {least} to {most}"));
            return value;
        }

        Bad(field, "must be an integer");
        json.Skip();
        return null;
    }
}
