namespace Settlement.Worker.Verbs;

/// <summary>What was given to a verb can't be used: an argument or an input file. The message says which and why; the exit code is 2.</summary>
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
