# One image holds all seven executables; docker-compose.yml starts each by its own command.

FROM swift:6.3-bookworm AS build
WORKDIR /switchboard
COPY scripts/packages scripts/packages
RUN apt-get update \
    && grep -Ev '^(#|$)' scripts/packages | xargs apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/*
COPY . .
RUN scripts/build \
    && mkdir /executables \
    && for name in gateway tenancy calls sessions messaging calendar billing; do \
           cp ".build/release/$name" /executables/ || exit 1; \
       done

# In the same place and with the same Python as in the last stage: a venv does not move.
FROM debian:bookworm-slim AS recogniser
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv util-linux \
    && rm -rf /var/lib/apt/lists/*
COPY scripts/recogniser-venv /switchboard/scripts/recogniser-venv
COPY Services/Calls/Recognition /switchboard/Services/Calls/Recognition
RUN mkdir -p /opt/recogniser && /switchboard/scripts/recogniser-venv /opt/recogniser

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates curl fonts-dejavu-core fonts-droid-fallback fonts-tlwg-loma-ttf libarchive13 libargon2-1 libbrotli1 libcld2-0 libcrypt1 libcurl4 libicu72 libnghttp2-14 libpangocairo-1.0-0 libphonenumber8 libpq5 \
        libsamplerate0 libsndfile1 libssl3 libstdc++6 libuv1 libzxcvbn0 postgresql-client python3 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin switchboard \
    && mkdir /data && chown switchboard: /data
COPY --from=recogniser /opt/recogniser /opt/recogniser
COPY --from=build /executables /usr/local/bin
COPY gateway/Console /opt/switchboard/console
COPY scripts/databases scripts/roles.sql scripts/image-prepare /opt/switchboard/scripts/
ENV LOCAL_RECOGNISER=/opt/recogniser DATA_DIR=/data BLOBS=/data/recordings BIND_ADDRESS=0.0.0.0
USER switchboard
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD curl -fsS -o /dev/null "http://127.0.0.1:${OPERATOR_PORT:-9080}/ready"
CMD ["gateway", "run"]
