namespace Settlement.Worker.Simulating;
internal static class Simulation { public static string RunToJson(string s) => throw new UnreadableScenarioException(s); }
internal sealed class UnreadableScenarioException(string path) : Exception(path) { public string Path { get; } = path; }
