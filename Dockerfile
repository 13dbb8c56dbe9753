# One image with the worker and every verb, for amd64 and arm64: no shell, no package manager, not root. Only /data and /tmp are written, so the root may be
# read-only. docs/operating.md says how it is started.
#
#   docker build -t settlement .
#   docker run --read-only --tmpfs /tmp -v settlement:/data -p 127.0.0.1:8080:8080 settlement
#
# What was tried: buildah 1.28 built this file on stand-ins of the two base images (Debian with this SDK; Debian without a shell with this runtime), and the
# result ran, without a network of containers and without limits. What was not: Microsoft's base images, an engine that runs the health check, arm64.
ARG SDK=10.0.401-noble
# -extra has ICU: SqlClient refuses to run without it.
ARG RUNTIME=10.0.12-noble-chiseled-extra

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:${SDK} AS build
ARG TARGETARCH=amd64
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props appsettings.json .editorconfig LICENSE ./
COPY deploy/examples/catalog.json deploy/examples/
COPY src/ src/
# The packages are those of the lock files, or the build fails. For one platform, so that the image has the native files of no other.
RUN dotnet restore src/Settlement.Worker --locked-mode
RUN dotnet publish src/Settlement.Worker -c Release -a $TARGETARCH --no-restore --no-self-contained -p:UseAppHost=false -o /app && mkdir /data

FROM mcr.microsoft.com/dotnet/aspnet:${RUNTIME}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="settlement" \
      org.opencontainers.image.description="Turns the usage of metered APIs into bills" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /app /app
COPY --from=build /source/LICENSE /app/LICENSE
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
# The base image sets a port that is not the worker's setting: Http:Port decides.
ENV ASPNETCORE_HTTP_PORTS=""
# Without settings the store is settlement.db in the current folder.
WORKDIR /data
VOLUME /data
EXPOSE 8080
USER $APP_UID
# Ends the worker in order, within 45 seconds: give it 60 before it is killed.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["dotnet", "/app/settlement.dll", "health"]
ENTRYPOINT ["dotnet", "/app/settlement.dll"]
CMD ["run"]
