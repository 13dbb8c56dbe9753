# One container with the worker and every verb. Not built or run yet: there was no container engine where this was written.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props appsettings.json .editorconfig ./
COPY deploy/examples/catalog.json deploy/examples/
COPY src/ src/
RUN dotnet publish src/Settlement.Worker -c Release -o /app --nologo && mkdir /data

# -extra: SqlClient refuses to run without ICU. No shell, no package manager, not root.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
COPY --from=build /app /app
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
ENV Database__ConnectionString="Data Source=/data/settlement.db"
WORKDIR /data
VOLUME /data
EXPOSE 8080
USER $APP_UID
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["dotnet", "/app/settlement.dll", "health"]
ENTRYPOINT ["dotnet", "/app/settlement.dll"]
CMD ["run"]
