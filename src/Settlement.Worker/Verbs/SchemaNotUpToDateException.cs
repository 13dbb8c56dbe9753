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

    public SchemaNotUpToDateException(string database, IEnumerable<string> differences)
        : base($"The schema of {database} is not up to date:\n{string.Concat(differences.Select(d => $"  {d}\n"))}Bring it up to date with: settlement migrate")
    {
    }
}
