using System.Globalization;
using Settlement.Worker.Tests.Replay;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>The published worker in the place of the image that no container engine builds here.</summary>
public sealed class ImageTests(Publication publication) : IClassFixture<Publication>, IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("settlement-data-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => data.Delete(recursive: true);

    [Fact]
    public void It_has_the_native_files_of_one_platform_and_no_program_but_the_dll()
    {
        var files = Directory.EnumerateFiles(publication.App, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(publication.App, f)).ToList();
        Assert.Contains("settlement.dll", files);
        Assert.Contains("libe_sqlite3.so", files);
        Assert.Contains("appsettings.json", files);
        Assert.DoesNotContain("settlement", files);
        Assert.DoesNotContain(files, f => f.StartsWith("runtimes/", StringComparison.Ordinal) || f.EndsWith(".dylib", StringComparison.Ordinal));
    }

    [Fact]
    public async Task As_nobody_on_a_read_only_root_it_works_is_healthy_and_ends_in_order_within_its_grace()
    {
        File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_111_111);
        var port = RunningWorkerTests.FreePort();
        var health = Dockerfile.Read().Command("HEALTHCHECK").Skip(Dockerfile.Read().Command("ENTRYPOINT").Count).ToList();
        Assert.Equal(Exit.Unexpected, (await PublishedWorker.RunAsync(publication.App, data.FullName, port, health)).Exit);

        await using (var worker = PublishedWorker.Start(publication.App, data.FullName, port))
        {
            var (exit, said) = (-1, "");
            while (exit != Exit.Done)
            {
                Assert.False(worker.HasEnded, said);
                await Task.Delay(200, Cancel);
                (exit, said) = await PublishedWorker.RunAsync(publication.App, data.FullName, port, health);
            }

            Assert.Equal("ready", said.Trim());
            var status = await PublishedWorker.RunAsync(publication.App, data.FullName, port, ["status"]);
            Assert.True(status.Exit == Exit.Done, status.Said);
            Assert.Equal(Exit.Done, await worker.StopAsync(Grace()));
            Assert.Contains("Settling on SQLite file ", await worker.LogAsync(), StringComparison.Ordinal);
            Assert.DoesNotContain("HTTP_PORTS", await worker.LogAsync(), StringComparison.Ordinal);
        }

        Assert.Contains("settlement.db", data.EnumerateFiles().Select(f => f.Name));
        Assert.DoesNotContain(data.EnumerateFiles(), f => f.Name.EndsWith("-wal", StringComparison.Ordinal) && f.Length > 0);
    }

    /// <summary>How long compose would wait before it kills.</summary>
    private static TimeSpan Grace()
    {
        var worker = ComposeFile.Read("compose.sqlite.yaml").Service("settlement");
        return TimeSpan.FromSeconds(int.Parse(Yaml.Text(worker["stop_grace_period"]).TrimEnd('s'), CultureInfo.InvariantCulture));
    }
}
