namespace Settlement.Worker.Settings;

public sealed record RabbitMqSettings(string? Host, int Port, string VirtualHost, string Username, string Password, bool UseTls);
