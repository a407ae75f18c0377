# HelpBot as a container: nothing but what runs, as nobody of importance, on a root file system that is never written.
# How to run it: infra/HARDENING.md. To pin the base image to what you have looked at:
#   docker buildx imagetools inspect node:24-bookworm-slim --format '{{.Manifest.Digest}}'
#   docker build --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:… .
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /helpbot
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM ${NODE_IMAGE}
# What is not there helps nobody who gets in. The data folder belongs to the user `node`.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
 && install -d -m 0700 -o 1000 -g 1000 /data
WORKDIR /helpbot
COPY --from=dependencies /helpbot/node_modules node_modules
COPY package.json LICENSE ./
COPY bot bot
COPY dialogs dialogs
COPY cards cards
COPY agent agent
ENV NODE_ENV=production HELPBOT_DATA=/data
VOLUME /data
EXPOSE 3978
# By number, so that an orchestrator can see that it is not root; PostgreSQL wants a user that has a name, and this one has.
USER 1000:1000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3978}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--use-env-proxy", "--disable-warning=DeprecationWarning", "--disable-warning=ExperimentalWarning", "bot/main.ts"]
