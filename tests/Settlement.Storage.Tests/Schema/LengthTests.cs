using System.Reflection;
using Settlement.Domain.Commands;
using Settlement.Domain.Notices;
using Settlement.Domain.Plans;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine.Parking;
using Settlement.Storage.Parking;
using Settlement.Storage.Quarantine;
using Settlement.Storage.Tests.SqlServer;
using Settlement.Storage.Troubles;
using Xunit;

namespace Settlement.Storage.Tests.Schema;

/// <summary>
/// The longest text that the program writes into each column must fit on SQL Server, which refuses longer ones. SQLite accepts any length, so no test
/// that runs on it would notice. For every new column, its longest text must be stated here.
/// </summary>
public sealed class LengthTests
{
    /// <summary>The limit for text from outside (<see cref="CallFields.TextFault"/>): ids and names.</summary>
    private const int Given = UsageCall.MaxTextLength;

    private const int Number = 20;

    private static readonly Dictionary<string, int> Longest = new(StringComparer.Ordinal)
    {
        ["Word.Text"] = Given,
        ["BodyLeft.What"] = "command".Length,
        ["Account.AccountId"] = Given,
        ["Account.Name"] = Given,
        ["Account.Level"] = BillingSettings.LevelNames.Max(l => l.Length),
        ["Scope.ResourceName"] = Given,
        ["Package.PackageId"] = Given,
        ["Package.Offer"] = Given,
        ["Package.Term"] = "P36500D".Length,
        ["Usage.EventId"] = Given,
        ["Quarantine.Reason"] = LongestOf(typeof(HoldReason)),
        ["Quarantine.State"] = "discarded".Length,
        ["Quarantine.Source"] = Given,
        ["Quarantine.EventId"] = Given,
        ["Quarantine.Account"] = Given,
        ["Quarantine.Api"] = Given,
        ["Quarantine.Region"] = Given,
        ["Quarantine.Project"] = Given,
        ["Quarantine.Detail"] = QuarantineEntries.MaxDetail,
        ["Quarantine.DecidedBy"] = QuarantineEntries.MaxBy,
        ["Quarantine.DecidedBecause"] = QuarantineEntries.MaxBecause,
        ["QuarantineRelease.Reason"] = LongestOf(typeof(HoldReason)),
        ["QuarantineRelease.Account"] = Given,
        ["QuarantineRelease.DecidedBy"] = "open-account".Length,
        ["NumberRange.Name"] = "scope".Length,
        // "close", a slot and an account, or "run" and an identifier of the process.
        ["WorkClaim.Name"] = "close  ".Length + 2 * Number,
        // A process and its machine. A host name has at most 64 characters on Linux and 63 on Windows.
        ["WorkClaim.Worker"] = "process  on ".Length + Number + 64,
        // A command's id, the id of a bill row, or an attempt: package, lot, slot.
        ["Trouble.Worker"] = "process  on ".Length + Number + 64,
        ["Trouble.What"] = "time-line".Length,
        ["Trouble.Cause"] = Trouble.MaxCause,
        ["Entry.Cause"] = new[] { Given, Ids.Row(long.MaxValue, long.MaxValue, long.MaxValue).Length, LongestAttempt }.Max(),
        ["Notice.NoticeId"] = Notice.IdOf("", "").Length,
        ["Notice.Name"] = LongestOf(typeof(NoticeName)),
        ["Notice.PackageId"] = Given,
        // A command without an id is known by a hash of its text.
        ["Command.CommandId"] = Math.Max(Given, "no-id-".Length + 2 * CallHash.Text("").Length),
        // A malformed command keeps whatever type it claims.
        ["Command.Type"] = Given,
        ["Command.AccountId"] = Given,
        ["Parked.StepName"] = LongestOf(typeof(ParkedStep)),
        ["Parked.Reason"] = AccountParking.MaxReason,
        ["ParkedCommand.PackageId"] = Given,
        ["Command.State"] = "pending".Length,
        ["Command.Code"] = LongestOf(typeof(Refusal)),
    };

    /// <summary>
    /// A package id in which every character is escaped to two, the number of a lot after one lot per day for 9,999 years, and a slot in the last
    /// year.
    /// </summary>
    private static int LongestAttempt => Cause.OfAttempt(new string('|', Given), 9_999 * 366, Instant.OfUs(DateTimeOffset.MaxValue)).Length;

    [Fact]
    public void The_longest_text_of_every_column_fits()
    {
        var room = SqlServerSchema.Read().Tables.SelectMany(t => t.Columns, (t, c) => (Column: $"{t.Name}.{c.Name}", c.Room))
            .Where(c => c.Room is not null)
            .ToDictionary(c => c.Column, c => c.Room!.Value);

        Assert.Equal(room.Keys.Order(StringComparer.Ordinal), Longest.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(Longest.Where(l => l.Value > room[l.Key]).Select(l => $"{l.Key}: {l.Value} characters in {room[l.Key]}"));
    }

    private static int LongestOf(Type constants) =>
        constants.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Max(f => ((string)f.GetRawConstantValue()!).Length);
}
