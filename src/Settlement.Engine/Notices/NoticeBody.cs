using System.Text.Encodings.Web;
using System.Text.Json;
using Settlement.Domain.Time;
using Settlement.Storage.Notices;

namespace Settlement.Engine.Notices;

/// <summary>A notice as it goes on the wire: a CloudEvent 1.0 (INTERFACE 3), with the extension attribute <c>sequence</c>.</summary>
public static class NoticeBody
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(NoticeLine notice, BillingZone zone)
    {
        using var data = JsonDocument.Parse(notice.Body);
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                specversion = "1.0",
                id = notice.NoticeId,
                source = "settlement",
                type = "settlement." + notice.Name,
                // A notice that is about no known account has the store's own sequence and no subject.
                subject = notice.AccountId.Length > 0 ? notice.AccountId : null,
                time = zone.Show(notice.AtUs),
                datacontenttype = "application/json",
                sequence = notice.Sequence,
                data = data.RootElement,
            },
            Json);
    }
}
