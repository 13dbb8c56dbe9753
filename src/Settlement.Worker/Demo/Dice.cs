namespace Settlement.Worker.Demo;

/// <summary>
/// A small generator of numbers that look random but are the same on every machine and .NET version, so that the demo's bill is too (SplitMix64).
/// </summary>
internal sealed class Dice(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>From 0 to <paramref name="below"/> - 1.</summary>
    public long Below(long below) => (long)((UInt128)Next() * (ulong)below >> 64);

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>.</summary>
    public long Between(long least, long most) => least + Below(most - least + 1);

    public bool OneIn(long chances) => Below(chances) == 0;
}
