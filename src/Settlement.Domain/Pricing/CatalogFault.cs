namespace Settlement.Domain.Pricing;

/// <summary>A fault in a catalog: the path of the field (<c>prices[2].tiers[1].upTo</c>; empty for the whole file) and the cause.</summary>
public sealed record CatalogFault(string Path, string Cause)
{
    public override string ToString() => Path.Length == 0 ? Cause : $"{Path}: {Cause}";
}
