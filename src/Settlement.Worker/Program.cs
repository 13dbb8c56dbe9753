using Settlement.Worker.Verbs;

return await CommandLine.RunAsync(args, Console.Out, Console.Error);
