using System.Buffers.Binary;
using System.Reflection.Emit;

namespace Settlement.Domain.Tests.House;

/// <summary>Walks the instructions of a method body.</summary>
internal static class Instructions
{
    private static readonly Dictionary<int, OpCode> All = typeof(OpCodes).GetFields().Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(c => c.Value & 0xFFFF);

    public static IEnumerable<OpCode> Of(byte[] body)
    {
        for (var i = 0; i < body.Length;)
        {
            var code = body[i] == 0xFE ? All[0xFE00 | body[i + 1]] : All[body[i]];
            i += code.Size;
            i += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(i)),
                _ => 4,
            };
            yield return code;
        }
    }

    public static bool MakesFloat(OpCode code) =>
        code.Name is { } name
        && (name.Contains(".r4", StringComparison.Ordinal) || name.Contains(".r8", StringComparison.Ordinal) || name == "conv.r.un");
}
