namespace Settlement.Engine.Notices;

/// <summary>A notice that is ready to be published (INTERFACE 3).</summary>
/// <param name="Id">Derived from its cause; used as the message id.</param>
/// <param name="Name">The routing key, such as <c>hour-settled</c>.</param>
/// <param name="Body">The CloudEvent, as it goes on the wire.</param>
public sealed record OutgoingNotice(string Id, string Name, byte[] Body);

/// <summary>Publishes notices in order, and says of each what became of it.</summary>
public delegate Task<PublishOutcome> PublishNotices(IReadOnlyList<OutgoingNotice> notices, CancellationToken cancel);

/// <summary>What became of a notice. One that was not taken may still have reached some listeners: publish it again.</summary>
public enum Delivery
{
    /// <summary>The broker has confirmed it.</summary>
    Taken,

    /// <summary>The broker has refused it: a listener's queue is full and declared with <c>reject-publish</c>.</summary>
    Refused,

    /// <summary>The connection gave no answer.</summary>
    Unknown,
}

/// <summary>What became of a series of notices.</summary>
/// <param name="Each">For each notice, in order.</param>
/// <param name="Failure">Why some got no answer; null if all got one.</param>
public sealed record PublishOutcome(IReadOnlyList<Delivery> Each, Exception? Failure)
{
    public int Confirmed => Each.Count(d => d == Delivery.Taken);
}
