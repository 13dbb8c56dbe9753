using System.CommandLine;
using System.CommandLine.Invocation;
using System.Data.Common;
using RabbitMQ.Client.Exceptions;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Worker.Bus;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>The command line as a whole: the list of verbs, and the handling of everything that goes wrong (INTERFACE 4).</summary>
internal static class CommandLine
{
    // With response files, an id that begins with '@' would be taken for a file name.
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    public static RootCommand Root()
    {
        var run = new RunVerb();
        var root = new RootCommand("Turns usage of metered APIs into bills. Without a verb: run.")
        {
            run, new DemoVerb(), new SimulateVerb(), new IngestVerb(), new CloseVerb(), new LifecycleVerb(), new CommandVerb(), new BillVerb(),
            new ExplainVerb(),
            new AccountVerb(), new CatalogVerb(), new ParkedVerb(), new QuarantineVerb(), new ErrorsVerb(), new StatusVerb(), new HealthVerb(),
            new ClockVerb(), new BackupVerb(),
            new MigrateVerb(),
        };
        root.Action = run.Action;
        GeneralOptions.AddTo(root);
        return root;
    }

    public static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error) => RunAsync(Root(), args, output, error);

    public static async Task<int> RunAsync(RootCommand root, IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        (output, error) = (new PlainWriter(output), new PlainWriter(error));
        var parsed = root.Parse(args, Parser);
        if (parsed.Action is ParseErrorAction || (parsed.Errors.Count > 0 && parsed.Action is not { ClearsParseErrors: true }))
            return Refuse(parsed, error);
        try
        {
            // A verb that waits for a signal handles it itself; a verb that is killed leaves nothing half done.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error,
            });
        }
        catch (Exception e) when (e is BadInputException or StoreRefusedException or StoreAccessException)
        {
            error.WriteLine(e.Message);
            return Exit.BadInput;
        }
        catch (SchemaNotUpToDateException e)
        {
            error.WriteLine(e.Message);
            return Exit.SchemaNotUpToDate;
        }
        catch (DbException e) when (!GeneralOptions.IsVerbose(parsed))
        {
            error.WriteLine($"The database: {e.Message} (--verbose shows where)");
            return Exit.Unexpected;
        }
        catch (Exception e) when (e is RabbitMQClientException or BrokerUnreachableException && !GeneralOptions.IsVerbose(parsed))
        {
            error.WriteLine($"The broker: {BrokerConnection.CauseOf(e)} (--verbose shows where)");
            return Exit.Unexpected;
        }
        catch (Exception e)
        {
            error.WriteLine(GeneralOptions.IsVerbose(parsed) ? e.ToString() : $"{e.GetType().Name}: {e.Message} (--verbose shows where)");
            return Exit.Unexpected;
        }
    }

    private static int Refuse(ParseResult parsed, TextWriter error)
    {
        foreach (var fault in parsed.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal))
            error.WriteLine(fault);
        var names = new List<string>();
        for (Symbol? at = parsed.CommandResult.Command; at is Command and not RootCommand; at = at.Parents.FirstOrDefault())
            names.Insert(0, at.Name + " ");
        error.WriteLine($"See: settlement {string.Concat(names)}--help");
        return Exit.BadInput;
    }
}
