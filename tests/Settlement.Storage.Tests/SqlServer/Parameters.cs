namespace Settlement.Storage.Tests.SqlServer;

/// <summary>
/// The types of the parameters of statements. A parameter has the type of the columns with the same name. If there is no such column, or if they
/// differ, the type is given here. A parameter with neither has no type, and the check fails.
/// </summary>
internal static class Parameters
{
    /// <summary>By parameter, or by file and parameter.</summary>
    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        ["account/@State"] = "bigint",
        ["command/@State"] = "nvarchar(16)",
        ["quarantine/@State"] = "nvarchar(16)",
        ["@By"] = "nvarchar(128)",
        ["@Because"] = "nvarchar(1000)",
        ["@AccountNos"] = "nvarchar(max)",
        ["@PackageNos"] = "nvarchar(max)",
        ["@ScopeNos"] = "nvarchar(max)",
        ["@QuarantineNos"] = "nvarchar(max)",
        ["@ThroughNo"] = "bigint",
        ["@BeforeNo"] = "bigint",
        ["@BeforeUs"] = "bigint",
        ["@FromSlot"] = "bigint",
        ["@Entries"] = "bigint",
        ["@IdHash0"] = "varbinary(24)",
        ["@IdHash1"] = "varbinary(24)",
        ["@AfterAccount"] = "bigint",
        ["@AfterUs"] = "bigint",
        ["@AfterPart"] = "bigint",
        ["@AfterSource"] = "nvarchar(128)",
        ["@AfterEventId"] = "nvarchar(128)",
        ["@LastUs"] = "bigint",
        ["@LastPart"] = "bigint",
        ["@LastSource"] = "nvarchar(128)",
        ["@LastEventId"] = "nvarchar(128)",
        ["@CallsBefore"] = "bigint",
        ["@Numbers"] = "bigint",
        ["@GoneUs"] = "bigint",
        ["number/@Name"] = "nvarchar(16)",
        ["@AfterAccountNo"] = "bigint",
        ["@OldDueUs"] = "bigint",
        ["@OldStep"] = "nvarchar(16)",
        ["@OldReason"] = "nvarchar(1000)",
        ["@UntilUs"] = "bigint",
        ["@FromHour"] = "bigint",
        ["@LeftAfter"] = "bigint",
        ["@LeftBefore"] = "bigint",
        ["@Skip"] = "bigint",
        ["@LowAccountNo"] = "bigint",
        ["@HighAccountNo"] = "bigint",
        ["@FromHour"] = "bigint",
        ["@ToHour"] = "bigint",
        ["@Slot"] = "bigint",
        ["@FromUs"] = "bigint",
        ["@ToUs"] = "bigint",
        ["@NowUs"] = "bigint",
        ["@ForUs"] = "bigint",
        ["@Most"] = "bigint",
        ["@LotStart"] = "bigint",
        ["@LotEnd"] = "bigint",
        ["@PerHour"] = "bigint",
        ["@Names"] = "nvarchar(64)",
        ["insert/@State"] = "bigint",
        ["@NewVersion"] = "bigint",
    };

    /// <returns>The declaration of every parameter of a statement.</returns>
    public static IEnumerable<string> Declare(string statement, string text)
    {
        var file = statement.Split('/')[0];
        return Script.Parameters(text)
            .Select(p => $"{p} {TypeOf(file, p) ?? throw new InvalidOperationException($"{statement}: no type is known for {p}")}");
    }

    private static string? TypeOf(string file, string parameter)
    {
        if (Named.TryGetValue($"{file}/{parameter}", out var type) || Named.TryGetValue(parameter, out type))
            return type;
        var types = SqlServerSchema.Read().Tables.SelectMany(t => t.Columns).Where(c => "@" + c.Name == parameter).Select(c => c.Type)
            .Distinct(StringComparer.Ordinal).ToList();
        return types.Count <= 1 ? types.FirstOrDefault() : types.TrueForAll(t => t.StartsWith("nvarchar", StringComparison.Ordinal))
            ? "nvarchar(max)" : null;
    }
}
