namespace Settlement.Worker.Ingest;

/// <summary>An argument or an input file that a verb can't use. The message says which one and why; the exit code is 2.</summary>
public class BadInputException : Exception
{
    public BadInputException()
    {
    }

    public BadInputException(string message)
        : base(message)
    {
    }

    public BadInputException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
