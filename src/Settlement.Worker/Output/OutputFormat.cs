namespace Settlement.Worker.Output;

public enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>For programs: standard output holds JSON alone.</summary>
    Json,

    /// <summary>For spreadsheets: lines of CSV, from the few verbs that print it.</summary>
    Csv,
}
