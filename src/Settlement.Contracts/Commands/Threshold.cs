// For these two fields, leaving the field out and giving null mean different things: keep the current value, or remove it.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Settlement.Contracts.Commands;

/// <summary>A balance threshold: not given, removed (<see cref="Off"/>), or an amount.</summary>
[JsonConverter(typeof(Json))]
public readonly record struct Threshold
{
    public static readonly Threshold Off = new() { IsGiven = true };

    public bool IsGiven { get; private init; }

    public decimal? Amount { get; private init; }

    public static Threshold At(decimal amount) => new() { IsGiven = true, Amount = amount };

    private sealed class Json : JsonConverter<Threshold>
    {
        public override bool HandleNull => true;

        public override Threshold Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? Off : At(decimal.Parse(reader.GetString()!, NumberStyles.Number, CultureInfo.InvariantCulture));

        public override void Write(Utf8JsonWriter writer, Threshold value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Amount?.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>A whole percentage, 0 to 100: not given, removed (<see cref="Off"/>), or a number.</summary>
[JsonConverter(typeof(Json))]
public readonly record struct Percent
{
    public static readonly Percent Off = new() { IsGiven = true };

    public bool IsGiven { get; private init; }

    public int? Value { get; private init; }

    public static Percent Of(int percent) => new() { IsGiven = true, Value = percent };

    private sealed class Json : JsonConverter<Percent>
    {
        public override bool HandleNull => true;

        public override Percent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? Off : Of(reader.GetInt32());

        public override void Write(Utf8JsonWriter writer, Percent value, JsonSerializerOptions options)
        {
            if (value.Value is { } percent)
                writer.WriteNumberValue(percent);
            else
                writer.WriteNullValue();
        }
    }
}
