using System.Runtime.InteropServices;

namespace Settlement.Worker.Verbs;

/// <summary>A folder or file that is gone when the verb ends, even if a signal ends it (Ctrl-C, a container that is stopped).</summary>
internal sealed class ThrowAway : IDisposable
{
    private const int BySignal = 128;
    private const int Tries = 20;

    private readonly PosixSignalRegistration[] signals;

    public ThrowAway(string path)
    {
        Path = path;
        signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, End))];
    }

    public string Path { get; }

    public static ThrowAway Folder(string prefix) => new(Directory.CreateTempSubdirectory(prefix).FullName);

    public void Dispose()
    {
        foreach (var signal in signals)
            signal.Dispose();
        Delete();
    }

    private void End(PosixSignalContext context)
    {
        context.Cancel = true;
        Delete();
        Environment.Exit(BySignal + (context.Signal switch { PosixSignal.SIGHUP => 1, PosixSignal.SIGINT => 2, _ => 15 }));
    }

    /// <summary>The verb may still be working on it when a signal arrives, so a file may appear while the folder is being emptied.</summary>
    private void Delete()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (Directory.Exists(Path))
                    Directory.Delete(Path, recursive: true);
                else
                    File.Delete(Path);
                return;
            }
            catch (IOException) when (attempt < Tries)
            {
                // Try again.
            }
        }
    }
}
