using Quartz;

namespace Settlement.Worker.Running;

/// <summary>
/// A time at which the worker checks whether anything is due. A missed or doubled fire is harmless: what is due is read from the database.
/// </summary>
/// <param name="Cron">Second, minute, hour, day, month, weekday; UTC.</param>
/// <param name="Job">What it starts.</param>
internal sealed record Schedule(string Name, string Cron, string Why, Type Job);

/// <summary>All the schedules. Besides these, the time line wakes at the start, on a command, and at the next instant it knows of.</summary>
internal static class Schedules
{
    public static readonly IReadOnlyList<Schedule> All =
    [
        new("close-hours", "0 0 * * * ?", "every hour on the hour closes what is due (2.3)", typeof(WakeJob)),
        new("lifecycle", "0 * * * * ?", "attempts at 03:00:00, starts and ends of lots, arrears; every minute in case an instant was missed (8, 9)",
            typeof(WakeJob)),
        new("retention", "0 5/10 * * * ?", "lets usage leave that is past its time (7.4)", typeof(RetentionJob)),
    ];

    public static void AddTo(IServiceCollection services)
    {
        services.AddQuartz(quartz =>
        {
            foreach (var schedule in All)
            {
                quartz.AddJob(schedule.Job, job => job.WithIdentity(schedule.Name));
                quartz.AddTrigger(trigger => trigger.ForJob(schedule.Name).WithIdentity(schedule.Name).WithDescription(schedule.Why)
                    .WithCronSchedule(schedule.Cron, cron => cron.InTimeZone(TimeZoneInfo.Utc)));
            }
        });
        services.AddQuartzHostedService(host => host.WaitForJobsToComplete = true);
    }

    /// <summary>Only wakes the time line; it does not say why.</summary>
    internal sealed class WakeJob(Wakeup wakeup) : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            wakeup.Wake();
            return ValueTask.CompletedTask;
        }
    }
}
