# syntax=docker/dockerfile:1
# A server, or an edge with PNL_ROLE=edge. docs/DEPLOYMENT.md says how it is run.

FROM debian:bookworm-slim AS build
ARG DENO_VERSION=2.9.6
RUN apt-get update \
  && apt-get install -y --no-install-recommends npm ca-certificates \
  && rm -rf /var/lib/apt/lists/*
# The runtime by itself: the package "deno" starts it by way of Node.
RUN npm pack --silent "@deno/linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')-glibc@${DENO_VERSION}" \
  && tar -xzf deno-linux-*.tgz && install -m 755 package/deno /usr/local/bin/deno \
  && rm -rf package deno-linux-*.tgz
ENV DENO_NO_UPDATE_CHECK=1
WORKDIR /app
COPY . .
RUN deno task build
# A cache with what the server loads and nothing else, and a deno.json that names nothing else: the
# runtime fetches all that is named there, the packages of the tests too.
ENV DENO_DIR=/opt/deno-dir
RUN DENO_UNSTABLE_NPM_LAZY_CACHING=1 deno cache --frozen main.ts deploy/healthcheck.ts \
  && deno run -q --no-config --allow-read --allow-write=deno.json build/image_manifest.ts ${DENO_DIR} \
  && rm -rf build && deno cache main.ts deploy/healthcheck.ts \
  && deno task -q warm

FROM debian:bookworm-slim
COPY --from=build /usr/local/bin/deno /usr/local/bin/deno
COPY --from=build /opt/deno-dir /opt/deno-dir
COPY --from=build /app /app
RUN groupadd --system --gid 10001 pnl \
  && useradd --system --uid 10001 --gid pnl --no-create-home --home-dir /nonexistent pnl \
  && install -d -o pnl -g pnl -m 700 /data /logs
# Nothing but /data and /logs is written: the root file system may be mounted read-only.
ENV DENO_DIR=/opt/deno-dir DENO_NO_UPDATE_CHECK=1 HOME=/nonexistent NO_COLOR=1 \
  HOST=0.0.0.0 PORT=3000 PNL_DATA_DIR=/data LOG_DIR=/logs
WORKDIR /app
USER pnl
VOLUME ["/data", "/logs"]
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["deno", "run", "-q", "--cached-only", "--no-prompt", "--allow-net=127.0.0.1", "--allow-env=PORT", "deploy/healthcheck.ts"]
CMD ["deno", "task", "-q", "serve"]
