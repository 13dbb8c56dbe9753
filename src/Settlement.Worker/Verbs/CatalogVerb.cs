using System.CommandLine;
using System.Text.Json;
using Settlement.Domain.Money;
using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>APIs, regions, currency, prices, offers. Each of its verbs is a class below.</summary>
internal sealed class CatalogVerb : Command
{
    public CatalogVerb()
        : base("catalog", "APIs, regions, currency, prices and offers.")
    {
        Add(new CheckVerb());
        Add(new ApplyVerb());
        Add(new ShowVerb());
    }

    private static Catalog? Read(VerbContext context, string file, List<CatalogFault> faults) =>
        CatalogJson.Read(InputText.Read(file), "", context.Settings.Billing.TimeZone, faults);

    private static int Faulty(VerbContext context, string file, IReadOnlyList<CatalogFault> faults)
    {
        if (context.Listing.IsJson)
            context.Listing.Json(CatalogNews.Refused(faults));
        foreach (var fault in faults)
            context.Error.WriteLine(Listing.Plain($"{InputText.NameOf(file)}: {fault}"));
        return Exit.BadInput;
    }

    private static void Print(VerbContext context, CatalogNews news, string summary)
    {
        if (context.Listing.IsJson)
            context.Listing.Json(news);
        else if (!news.IsNothing)
            context.Listing.Table(news.Lines(), [new("NEW", l => l.What), new("", l => l.Name)]);
        context.Listing.Say(news.IsNothing ? "Nothing is new: the store has this catalog already." : summary);
    }

    private sealed class CheckVerb : Verb
    {
        private readonly Argument<string> _file = new("FILE") { Description = "the catalog, JSON; - for standard input" };

        public CheckVerb()
            : base("check", "Reports every fault in a catalog file, checked against the catalog in the store too, and changes nothing.")
        {
            Add(_file);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetRequiredValue(_file)));
        }

        private static int Run(VerbContext context, string file)
        {
            var faults = new List<CatalogFault>();
            if (Read(context, file, faults) is not { } catalog)
                return Faulty(context, file, faults);
            using (var engine = OpenStore.EngineOf(context))
            {
                if (!engine.Exists)
                {
                    Print(context, CatalogNews.Between(null, catalog, context.Settings.Billing.TimeZone), $"No faults. There is no store yet at {engine.Describe()}, so it was checked on its own.");
                    return Exit.Done;
                }
            }

            using var open = OpenStore.ToRead(context);
            var (old, changes) = open.Store.Read(session =>
            {
                var state = StoreState.Of(session);
                return (state.CatalogVersion > 0 ? open.Store.Terms.Read(session, state).Catalog : null,
                    open.Store.JudgeCatalog(session, state, catalog));
            });
            if (changes.Count > 0)
                return Faulty(context, file, changes);
            Print(context, CatalogNews.Between(old, catalog, open.Store.Settings.TimeZone), "No faults.");
            return Exit.Done;
        }
    }

    private sealed class ApplyVerb : Verb
    {
        private readonly Argument<string> _file = new("FILE") { Description = "the catalog, JSON; - for standard input" };

        public ApplyVerb()
            : base("apply", "Puts a catalog file in force, whole or not at all.")
        {
            Add(_file);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetRequiredValue(_file)));
        }

        private static int Run(VerbContext context, string file)
        {
            var faults = new List<CatalogFault>();
            if (Read(context, file, faults) is not { } catalog)
                return Faulty(context, file, faults);
            using var open = OpenStore.ToWriteOrCreate(context);
            var old = open.Store.Read(StoreState.Of).CatalogVersion > 0 ? open.Catalog : null;
            ReleaseBegun? begun = null;
            var changes = open.Store.Write(session =>
            {
                var refused = open.Store.ApplyCatalog(session, catalog, open.Core.NowUs);
                begun = refused.Count > 0 ? null : open.Core.Releases.ForCatalog(session, open.Core.NowUs);
                return refused;
            });
            if (changes.Count > 0)
                return Faulty(context, file, changes);
            var released = open.Core.Releases.Finish(begun!);
            var news = CatalogNews.Between(old, catalog, open.Store.Settings.TimeZone) with { Released = released };
            Print(context, news, released == 0 ? "In force." : $"In force. {Figures.Of(released, "quarantined event")} released.");
            return Exit.Done;
        }
    }

    private sealed class ShowVerb : Verb
    {
        private readonly Argument<string> _file = new("FILE")
        {
            Description = "a catalog file; without it the catalog in the store", Arity = ArgumentArity.ZeroOrOne,
        };

        public ShowVerb()
            : base("show", "Prints a catalog; as JSON in its canonical form, which apply takes.")
        {
            Add(_file);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetValue(_file)));
        }

        private static int Run(VerbContext context, string? file)
        {
            var faults = new List<CatalogFault>();
            var catalog = file is null ? InForce(context) : Read(context, file, faults);
            if (catalog is null)
                return Faulty(context, file!, faults);
            Show(context.Listing, catalog, context.Settings.Billing.TimeZone);
            return Exit.Done;
        }

        private static Catalog InForce(VerbContext context)
        {
            using var open = OpenStore.ToRead(context);
            return open.Store.Read(StoreState.Of).CatalogVersion > 0 ? open.Catalog
                : throw new BadInputException("The store has no catalog yet; put one in force with: settlement catalog apply FILE");
        }

        private static void Show(Listing listing, Catalog catalog, BillingZone zone)
        {
            if (listing.IsJson)
            {
                using var json = JsonDocument.Parse(CatalogJson.Write(catalog, zone));
                listing.Json(json.RootElement);
                return;
            }

            var decimals = catalog.Currency.Decimals;
            listing.Lines(
                ("Currency", catalog.Currency.Code), ("APIs", string.Join(", ", catalog.Apis)), ("Regions", string.Join(", ", catalog.Regions)));
            listing.Table(
                [.. catalog.Prices.OrderBy(p => p.Api, StringComparer.Ordinal).ThenBy(p => p.Region, StringComparer.Ordinal).ThenBy(p => p.FromUs)
                    .SelectMany(p => p.Tiers.Select(t => (List: p, Tier: t)))],
                [
                    new("PRICE OF", p => p.List.Api), new("REGION", p => p.List.Region), new("FROM", p => Figures.Short(zone.Show(p.List.FromUs))),
                    new("CALLS A MONTH", p =>
                        p.Tier.UpTo is { } upTo ? $"up to {Figures.Count(upTo)}" : p.List.Tiers.Count == 1 ? "all" : "above", RightAligned: true),
                    new("EACH", p => Amount.Show(p.Tier.UnitPriceE10, 10, decimals), RightAligned: true),
                ]);
            listing.Table(
                [.. catalog.Offers.OrderBy(o => o.Offer, StringComparer.Ordinal).ThenBy(o => o.FromUs ?? long.MinValue)],
                [
                    new("OFFER", o => o.Offer), new("API", o => o.Api), new("REGION", o => o.Region),
                    new("CALLS", o => Figures.Count(o.Calls), RightAligned: true),
                    new("PRICE", o => Amount.ShowFixed(o.PriceE8, 8, decimals), RightAligned: true), new("TERM", o => o.Term.ToString()),
                    new("FROM", o => o.FromUs is { } from ? Figures.Short(zone.Show(from)) : null, Detail: true),
                    new("TO", o => o.ToUs is { } to ? Figures.Short(zone.Show(to)) : null, Detail: true),
                ]);
        }
    }
}
