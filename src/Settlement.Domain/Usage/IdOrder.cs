using System.Globalization;

namespace Settlement.Domain.Usage;

/// <summary>
/// Eight bytes of an id that rise with time if the id's text does. They lead the key under which an identity is stored, so that new identities lie
/// next to each other in the database instead of being scattered. They decide nothing: whatever they are, the hash that follows them tells ids apart.
/// </summary>
public static class IdOrder
{
    public const int Bytes = 8;

    private const int UuidLength = 36;
    private const int UuidDigits = 16;
    private const int MostDigits = 18;

    /// <summary>
    /// For a UUID, its first half (version 7 begins with the time). For an id in which only the numbers change (a counter or a time after a prefix),
    /// its digits as a number. For any other id, its first characters (ULID, KSUID and object ids begin with the time).
    /// </summary>
    public static ulong Of(string id) =>
        id.Length == UuidLength && TryUuid(id, out var order) || TryNumber(id, out order) ? order : FirstCharacters(id);

    private static bool TryUuid(string id, out ulong order)
    {
        order = 0;
        if (id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-')
            return false;
        Span<char> half = stackalloc char[UuidDigits];
        id.AsSpan(0, 8).CopyTo(half);
        id.AsSpan(9, 4).CopyTo(half[8..]);
        id.AsSpan(14, 4).CopyTo(half[12..]);
        return ulong.TryParse(half, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out order);
    }

    /// <summary>
    /// Matches if everything from the first digit on is digits or the separators used in times and counters. Gives the digits, up to 18.
    /// </summary>
    private static bool TryNumber(string id, out ulong order)
    {
        order = 0;
        var digits = 0;
        foreach (var c in id)
        {
            if (char.IsAsciiDigit(c))
            {
                if (digits < MostDigits)
                    order = order * 10 + (ulong)(c - '0');
                digits++;
            }
            else if (digits > 0 && char.IsLetter(c) && c is not ('T' or 'Z'))
            {
                return false;
            }
        }

        return digits > 0;
    }

    private static ulong FirstCharacters(string id)
    {
        ulong order = 0;
        for (var i = 0; i < Bytes; i++)
            order = order << 8 | (i < id.Length ? id[i] & 0xFFu : 0u);
        return order;
    }
}
