using System.Globalization;
using System.Net;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>What a worker's health endpoints answer.</summary>
internal sealed class Health(int port)
{
    private readonly HttpClient client = new() { BaseAddress = new Uri(
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/health/")) };

    public async Task<bool> AnswersAsync(string what, HttpStatusCode expected)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(what, UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.StatusCode == expected;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
