// Publishes a trace of usage to the exchange usage-events, like agents of every kind would (see Arguments). Prints one line of JSON with what it has
// sent.
using System.Text.Json;
using Settlement.Replay;

if (Arguments.Read(args) is not { } given)
{
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

Console.Error.WriteLine($"replay: seed {given.Seed}");
var random = new Random(given.Seed);
var sent = new Sent { Seed = given.Seed };
var messages = Noise.Among(Messages.Of(TraceRow.Read(given.File), given, random, sent), given, random, sent);
await Publishing.SendAsync(given.Broker, messages);
Console.WriteLine(JsonSerializer.Serialize(sent, JsonSerializerOptions.Web));
return 0;
