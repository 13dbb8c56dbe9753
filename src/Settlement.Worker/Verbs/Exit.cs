namespace Settlement.Worker.Verbs;

/// <summary>Exit codes (INTERFACE 4).</summary>
public static class Exit
{
    public const int Done = 0;
    public const int Unexpected = 1;

    /// <summary>Bad arguments, settings or input file.</summary>
    public const int BadInput = 2;

    /// <summary>Finished, but something was quarantined, parked or differs.</summary>
    public const int Differs = 3;

    public const int SchemaNotUpToDate = 4;
}
