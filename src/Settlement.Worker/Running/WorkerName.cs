using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Settlement.Worker.Running;

/// <summary>The name under which a worker is attached to its store.</summary>
internal static class WorkerName
{
    private const int MarkBytes = 8;

    public static readonly string Own = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}");

    /// <summary>
    /// Lets somebody who knows the name recognise the worker by its answer. Whoever does not know the name learns nothing about the machine from it.
    /// </summary>
    public static string Mark(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))[..MarkBytes]);
}
