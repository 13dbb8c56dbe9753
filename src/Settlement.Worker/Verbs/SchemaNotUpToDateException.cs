using Settlement.Storage.Engines;

namespace Settlement.Worker.Verbs;

/// <summary>The database's schema and this program's differ; the exit code is 4.</summary>
internal sealed class SchemaNotUpToDateException : Exception
{
    public SchemaNotUpToDateException()
    {
    }

    public SchemaNotUpToDateException(string message)
        : base(message)
    {
    }

    public SchemaNotUpToDateException(string message, Exception cause)
        : base(message, cause)
    {
    }

    public SchemaNotUpToDateException(string database, IReadOnlyList<string> differences)
        : base($"The schema of {database} is not that of this program:\n{string.Concat(differences.Select(d => $"  {d}\n"))}{Hint(differences)}")
    {
    }

    private static string Hint(IReadOnlyList<string> differences) =>
        differences.Any(d => d.EndsWith(SchemaDifference.Newer, StringComparison.Ordinal))
            ? "The database was made by a newer version; use that." : "Bring it up to date with: settlement migrate";
}
