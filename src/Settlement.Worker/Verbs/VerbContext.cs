using Settlement.Domain.Time;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Verbs;

/// <summary>What every verb is given to work with.</summary>
/// <param name="Listing">Where results go.</param>
/// <param name="Error">Standard error: everything that is not a result.</param>
internal sealed record VerbContext(WorkerSettings Settings, Listing Listing, TextWriter Error, TimeProvider Time, bool Verbose)
{
    public long NowUs => Instant.OfUs(Time.GetUtcNow());

    public Progress Progress() => Output.Progress.OfProcess(Error, Time);

    /// <summary>An instant given on the command line; without an offset it is in the billing zone.</summary>
    /// <exception cref="BadInputException">The text is not an instant.</exception>
    public long? InstantUs(string option, string? text) =>
        text is null ? null
        : Instant.TryParse(text, out var us, Settings.Billing.TimeZone.Offset) ? us
        : throw new BadInputException($"{option}: '{text}' is not a time such as 2023-04-18T15:00:00+08:00");
}
