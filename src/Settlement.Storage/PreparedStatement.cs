namespace Settlement.Storage;

/// <summary>A statement that returns no rows, as prepared by an engine. Its parameters are in the order in which the text first names them.</summary>
public abstract class PreparedStatement : IDisposable
{
    private const int MostParameters = 64;

    /// <summary>Space for the values of one execution.</summary>
    internal object?[] Values { get; } = new object?[MostParameters];

    /// <summary>Executes with values for the parameters; returns the rows affected.</summary>
    public abstract int Execute(params ReadOnlySpan<object?> values);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
