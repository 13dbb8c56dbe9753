using System.Globalization;
using System.Text.Json;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;

namespace Settlement.Domain.Pricing;

/// <summary>
/// One value of a catalog file with its path. Every reading function reports what is wrong and returns null, so that one pass finds all faults. JSON
/// null counts as absent.
/// </summary>
internal sealed class CatalogNode(JsonElement value, string path, List<CatalogFault> faults)
{
    private const long EarliestUs = -62_000_000_000L * Instant.PerSecondUs;
    private const long LatestUs = 253_000_000_000L * Instant.PerSecondUs;

    public string Path => path;

    public void Fault(string cause) => faults.Add(new CatalogFault(path, cause));

    public void FaultAt(string field, string cause) => faults.Add(new CatalogFault(Join(field), cause));

    /// <summary>Whether it is an object with no fields other than these. A typo in a price file costs money, so unknown fields are refused.</summary>
    public bool IsObject(params ReadOnlySpan<string> known)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Fault($"is {Kind()}, not an object");
            return false;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in value.EnumerateObject())
        {
            if (TextOf(() => field.Name) is not { } name)
                Fault("has a field whose name is not valid text");
            else if (!known.Contains(name))
                FaultAt(name, "there is no such field");
            else if (!seen.Add(name))
                FaultAt(name, "is given twice");
        }

        return true;
    }

    public CatalogNode? Optional(string field) =>
        value.TryGetProperty(field, out var found) && found.ValueKind != JsonValueKind.Null ? new CatalogNode(found, Join(field), faults) : null;

    public CatalogNode? Required(string field)
    {
        var found = Optional(field);
        if (found is null)
            FaultAt(field, "is missing");
        return found;
    }

    public IReadOnlyList<CatalogNode> Items()
    {
        if (value.ValueKind == JsonValueKind.Array)
            return [.. value.EnumerateArray()
                .Select((item, i) => new CatalogNode(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), faults))];
        Fault($"is {Kind()}, not a list");
        return [];
    }

    public string? Text(string wanted = "a string")
    {
        if (value.ValueKind != JsonValueKind.String)
            Fault($"is {Kind()}, not {wanted}");
        else if (TextOf(() => value.GetString()!) is { } text)
            return text;
        else
            Fault("is not valid text");
        return null;
    }

    /// <summary>The name of an API, region or offer.</summary>
    public string? Name()
    {
        if (Text() is not { } text)
            return null;
        if (CallFields.TextFault(text) is not { } cause)
            return text;
        Fault(cause);
        return null;
    }

    public long? PositiveWhole(long max)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 1 && number <= max)
            return number;
        var most = max == long.MaxValue ? "" : string.Create(CultureInfo.InvariantCulture, $" up to {max:N0}");
        Fault($"{Show()} is not a positive whole number{most}");
        return null;
    }

    /// <summary>RFC 3339. A time without an offset is in the billing zone.</summary>
    public long? Time(BillingZone zone)
    {
        if (Text() is not { } text)
            return null;
        if (Instant.TryParse(text, out var us, zone.Offset) && us is > EarliestUs and < LatestUs)
            return us;
        Fault($"{Show()} is not a time such as 2023-01-01T00:00:00+08:00");
        return null;
    }

    /// <summary>The value as it stands in the file, cut to a length that fits a message.</summary>
    public string Show()
    {
        var raw = value.GetRawText();
        return raw.Length <= 60 ? raw : raw[..57] + "...";
    }

    private string Join(string field) => path.Length == 0 ? field : $"{path}.{field}";

    private string Kind() => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    /// <summary>JSON may escape half a surrogate pair, which is not valid text.</summary>
    private static string? TextOf(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
