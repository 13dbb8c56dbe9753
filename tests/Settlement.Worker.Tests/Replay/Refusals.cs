using System.Globalization;

namespace Settlement.Worker.Tests.Replay;

/// <summary>A message for every reason of 7.1, and messages that can't be read.</summary>
internal static class Refusals
{
    public const string Catalog = """
        {"currency":"CNY","apis":["images"],"regions":["cn-north-4"],
         "prices":[{"api":"images","region":"cn-north-4","from":"1990-01-01T00:00:00Z","tiers":[{"unitPrice":"1"}]}],
         "offers":[{"offer":"some","api":"images","region":"cn-north-4","calls":10,"price":"5","term":"P1Y"},
                   {"offer":"past","api":"images","region":"cn-north-4","calls":10,"price":"5","term":"P1Y","to":"2000-01-01T00:00:00Z"}]}
        """;

    public static string Event(string id, string account = "a", string api = "images", string region = "cn-north-4", DateTimeOffset? at = null,
        int count = 1, int status = 200) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":"{{id}}","source":"gw","account":"{{account}}","api":"{{api}}","region":"{{region}}","time":"{{at ?? DateTimeOffset.UtcNow:O}}","status":{{status}},"count":{{count}}}""");

    public static IReadOnlyList<(string Reason, string Event)> OfEvents(DateTimeOffset now) =>
    [
        ("malformed", Event("bad", status: 99)),
        ("conflict", Event("neighbour", count: 7)),
        ("unknown-account", Event("u1", account: "nobody")),
        ("unknown-api", Event("u2", api: "nothing")),
        ("unknown-region", Event("u3", region: "nowhere")),
        ("too-old", Event("u4", at: now.AddDays(-20_001))),
        ("in-future", Event("u5", at: now.AddMinutes(10))),
    ];

    public static readonly IReadOnlyList<byte[]> OfBodies =
        ["no JSON"u8.ToArray(), [], [0xFF, 0x00, 0x80], "7"u8.ToArray(), "{\"hello\":\"\\u0000\"}"u8.ToArray(), "[{\"id\":1}"u8.ToArray()];

    /// <summary>
    /// Commands, and the code with which each is refused, in this order: on the account "a" with 5.00, its package "p" and its subscription.
    /// </summary>
    public static readonly IReadOnlyList<(string Code, string Fields)> OfCommands =
    [
        ("malformed", "\"type\":\"top-up\",\"account\":\"a\",\"amount\":\"0.001\""),
        ("malformed", "\"type\":\"dance\""),
        ("malformed", "\"type\":\"top-up\",\"account\":\"a\",\"amount\":\"1\",\"at\":\"2100-01-01T00:00:00Z\""),
        ("account-exists", "\"type\":\"open-account\",\"account\":\"a\""),
        ("unknown-account", "\"type\":\"top-up\",\"account\":\"nobody\",\"amount\":\"1\""),
        ("unknown-api", "\"type\":\"subscribe\",\"account\":\"a\",\"api\":\"nothing\",\"region\":\"cn-north-4\""),
        ("unknown-region", "\"type\":\"subscribe\",\"account\":\"a\",\"api\":\"images\",\"region\":\"nowhere\""),
        ("already-subscribed", "\"type\":\"subscribe\",\"account\":\"a\",\"api\":\"images\",\"region\":\"cn-north-4\""),
        ("not-subscribed", "\"type\":\"unsubscribe\",\"account\":\"b\",\"api\":\"images\",\"region\":\"cn-north-4\""),
        ("package-exists", "\"type\":\"buy-package\",\"account\":\"a\",\"offer\":\"some\",\"package\":\"p\""),
        ("unknown-offer", "\"type\":\"buy-package\",\"account\":\"a\",\"offer\":\"none\",\"package\":\"q\""),
        ("offer-withdrawn", "\"type\":\"buy-package\",\"account\":\"a\",\"offer\":\"past\",\"package\":\"q\""),
        ("insufficient-balance", "\"type\":\"buy-package\",\"account\":\"a\",\"offer\":\"some\",\"package\":\"q\""),
        ("account-in-arrears", "\"type\":\"buy-package\",\"account\":\"b\",\"offer\":\"some\",\"package\":\"q\""),
        ("unknown-package", "\"type\":\"renew-package\",\"package\":\"none\""),
        ("package-not-refundable", "\"type\":\"refund-package\",\"package\":\"p\""),
        ("hour-closed", "\"type\":\"unsubscribe\",\"account\":\"a\",\"api\":\"images\",\"region\":\"cn-north-4\",\"at\":\"2001-01-01T00:00:00Z\""),
    ];
}
