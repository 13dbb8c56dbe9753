using System.Text.Json;
using Settlement.Domain.Money;
using Settlement.Domain.Packages;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;

namespace Settlement.Domain.Commands;

/// <summary>How a command text is read: the currency its amounts must fit, and what only scenario files are allowed.</summary>
/// <param name="DefaultOffset">The offset for times that have none (scenarios: the billing zone); null: an offset is required.</param>
/// <param name="InScenario">A free or promotion package needs no <c>by</c>.</param>
public sealed record CommandReading(Currency Currency, TimeSpan? DefaultOffset = null, bool InScenario = false);

/// <summary>Reads one command object (INTERFACE 2). A bad field makes the command <c>malformed</c>. Unknown fields are ignored.</summary>
public static class CommandJson
{
    public static ReadCommand Read(JsonElement json, CommandReading reading)
    {
        var fields = new CommandFields(json, reading);
        var command = new Command { Id = fields.Text("id") ?? "", Type = fields.OneOf("type", CommandType.All) ?? "" };
        command = command with { AtUs = fields.OptionalInstant("at"), By = fields.OptionalText("by") };
        command = command.Type switch
        {
            CommandType.OpenAccount => command with
            {
                Account = fields.Text("account"),
                Level = fields.OptionalOneOf("level", BillingSettings.LevelNames),
                Name = fields.OptionalText("name"),
            },
            CommandType.TopUp => command with { Account = fields.Text("account"), AmountE8 = fields.MinorUnits("amount", positive: true) },
            CommandType.AdjustBalance => command with
            {
                Account = fields.Text("account"),
                AmountE8 = fields.MinorUnits("amount", positive: false),
                Reason = fields.Text("reason"),
                By = fields.Text("by"),
            },
            CommandType.Subscribe => Scope(command, fields) with { ResourceName = fields.OptionalText("resourceName") },
            CommandType.Unsubscribe => Scope(command, fields),
            CommandType.BuyPackage => Buy(command, fields, reading),
            CommandType.RenewPackage or CommandType.RefundPackage => command with { Package = fields.Text("package") },
            CommandType.SetAutoRenew => command with
            {
                Package = fields.Text("package"),
                Enabled = fields.Flag("enabled"),
                DaysBefore = fields.OptionalWhole("daysBefore", 0, 7),
            },
            CommandType.SetAlert => Alert(command, fields),
            CommandType.RunJob => command with { Job = fields.OneOf("job", ["close-hours", "lifecycle"]) },
            CommandType.Hold or CommandType.Resume => command with { Reason = fields.Text("reason"), By = fields.Text("by") },
            _ => command,
        };
        return fields.BadField is null
            ? new ReadCommand(command, command.Id, command.Type, command.Account, command.AtUs, null, null)
            : new ReadCommand(null, fields.Peek("id"), fields.Peek("type"), fields.Peek("account"), command.AtUs, fields.BadField, fields.Cause);
    }

    /// <summary>A text field of a command that may be malformed elsewhere; null if the field is not text.</summary>
    public static string? Peek(JsonElement json, string field) => new CommandFields(json, default!).Peek(field);

    private static Command Scope(Command command, CommandFields fields) => command with
    {
        Account = fields.Text("account"),
        Api = fields.Text("api"),
        Region = fields.Text("region"),
    };

    private static Command Buy(Command command, CommandFields fields, CommandReading reading)
    {
        command = command with
        {
            Account = fields.Text("account"),
            Offer = fields.Text("offer"),
            Package = fields.Text("package"),
            AutoRenew = fields.OptionalFlag("autoRenew"),
            DaysBefore = fields.OptionalWhole("daysBefore", 0, 7),
            Origin = fields.OptionalOneOf("origin", ["free", "promotion", "bought"]) switch
            {
                "free" => LotOrigin.Free,
                "promotion" => LotOrigin.Promotion,
                _ => LotOrigin.Bought,
            },
            Project = fields.OptionalText("project"),
            StartsAtUs = fields.OptionalInstant("startsAt"),
        };
        if (command.Origin != LotOrigin.Bought && command.By is null && !reading.InScenario)
            fields.Fault("by", "is needed for an origin other than bought");
        return command;
    }

    private static Command Alert(Command command, CommandFields fields) => command with
    {
        Account = fields.Text("account"),
        GivesBalanceBelow = fields.Has("balanceBelow"),
        BalanceBelowE8 = fields.OptionalAmount("balanceBelow"),
        GivesLowPackagePercent = fields.Has("lowPackagePercent"),
        LowPackagePercent = fields.OptionalWhole("lowPackagePercent", 0, 100),
    };
}
