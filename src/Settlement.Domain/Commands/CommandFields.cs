using System.Text.Json;
using Settlement.Domain.Money;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;

namespace Settlement.Domain.Commands;

/// <summary>
/// The fields of one command object. The first bad field is kept with its cause. Reading then continues, so that the answer can name the account and
/// the type.
/// </summary>
internal sealed class CommandFields(JsonElement json, CommandReading reading)
{
    public string? BadField { get; private set; }

    public string? Cause { get; private set; }

    public void Fault(string field, string cause)
    {
        BadField ??= field;
        Cause ??= cause;
    }

    public bool Has(string field) => json.TryGetProperty(field, out _);

    /// <summary>The text of a field if it can be read at all, for the answer to a malformed command.</summary>
    public string? Peek(string field) =>
        json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String && TryString(value, out var text)
            && CallFields.TextFault(text) is null ? text : null;

    public string? Text(string field)
    {
        if (Present(field) is not null)
            return OptionalText(field);
        Fault(field, "is missing");
        return null;
    }

    public string? OptionalText(string field)
    {
        if (Present(field) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String || !TryString(value, out var text))
        {
            Fault(field, "is not a text");
            return null;
        }

        if (CallFields.TextFault(text) is { } cause)
            Fault(field, cause);
        return text;
    }

    public string? OneOf(string field, IReadOnlyList<string> allowed)
    {
        if (Present(field) is not null)
            return OptionalOneOf(field, allowed);
        Fault(field, "is missing");
        return null;
    }

    public string? OptionalOneOf(string field, IReadOnlyList<string> allowed)
    {
        var text = OptionalText(field);
        if (text is null || allowed.Contains(text, StringComparer.Ordinal))
            return text;
        Fault(field, $"'{text}' is not one of {string.Join(", ", allowed)}");
        return null;
    }

    public bool Flag(string field)
    {
        var flag = OptionalFlag(field);
        if (flag is null)
            Fault(field, "is missing");
        return flag ?? false;
    }

    public bool? OptionalFlag(string field)
    {
        if (Present(field) is not { } value)
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Fault(field, "is neither true nor false");
        return null;
    }

    public long? OptionalWhole(string field, long min, long max)
    {
        if (Present(field) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) && whole >= min && whole <= max)
            return whole;
        Fault(field, $"is not a whole number from {min} to {max}");
        return null;
    }

    public long? OptionalInstant(string field)
    {
        if (Present(field) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && TryString(value, out var text) && Instant.TryParse(text, out var us, reading.DefaultOffset))
            return us;
        Fault(field, "is not an RFC 3339 time with offset");
        return null;
    }

    public long? OptionalAmount(string field)
    {
        if (Present(field) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && TryString(value, out var text) && Amount.TryParseE8(text, out var e8))
            return e8;
        Fault(field, "is not a decimal text of at most 8 decimals and 10^10 units");
        return null;
    }

    /// <summary>An amount in whole minor units of the currency.</summary>
    public long MinorUnits(string field, bool positive)
    {
        if (Present(field) is null)
            Fault(field, "is missing");
        var e8 = OptionalAmount(field);
        if (e8 is { } amount && amount % reading.Currency.MinorUnitE8 != 0)
            Fault(field, $"is not in whole minor units of {reading.Currency.Code}");
        if (e8 is <= 0 && positive)
            Fault(field, "is not more than zero");
        return e8 ?? 0;
    }

    private JsonElement? Present(string field) =>
        json.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>False for a lone surrogate, which is not valid text.</summary>
    private static bool TryString(JsonElement value, out string text)
    {
        text = "";
        try
        {
            text = value.GetString() ?? "";
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
