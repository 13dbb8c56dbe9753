using Xunit;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>A folder on a disk of its own, which a test can fill. Without the right to mount one, the test is skipped by name.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string folder;

    private SmallDisk(string folder) => this.folder = folder;

    private string Filler => Path.Combine(folder, "fill");

    /// <summary>Puts a disk where a folder is; what was in the folder is on the disk then.</summary>
    public static async Task<SmallDisk> MountOverAsync(string folder, int megabytes)
    {
        var aside = Directory.CreateTempSubdirectory("settlement-aside-").FullName;
        Copy(folder, aside);
        var (exit, _, error) = await Checkout.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={megabytes}m", "settlement-test", folder]);
        if (exit == 0)
            Copy(aside, folder);
        Directory.Delete(aside, recursive: true);
        Assert.SkipWhen(exit != 0, $"no disk can be mounted here, so none can be filled: {error.Trim()}");
        return new SmallDisk(folder);
    }

    /// <summary>To the last byte.</summary>
    public void Fill()
    {
        foreach (var size in new[] { 1 << 20, 1 << 12, 1 })
        {
            var bytes = new byte[size];
            try
            {
                using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
                while (true)
                    filler.Write(bytes);
            }
            catch (IOException)
            {
                // Full, for pieces of this size.
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync() => await Checkout.RunAsync("umount", ["--lazy", folder]);

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }
}
