namespace Settlement.Domain.Pricing;

/// <summary>Reads and judges catalog files (INTERFACE 4).</summary>
public static class CatalogJson
{
}
