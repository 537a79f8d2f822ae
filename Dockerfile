# Whisper on Node. What it stores is in /data; everything else may be read-only:
#   docker build --build-arg VITE_CLERK_PUBLISHABLE_KEY=pk_… -t whisper .
#   docker run --read-only -v whisper:/data -p 3000:3000 -e CLERK_SECRET_KEY=… -e CLERK_AUTHORIZED_PARTIES=https://… whisper
FROM node:20-bookworm-slim AS build
WORKDIR /src
ENV CI=true
# What the install depends on comes first, so that a change of the sources does not install again.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY scripts/bootstrap.mjs scripts/
COPY shared/package.json shared/
COPY server/package.json server/
COPY server/embedded-mongo/package.json server/embedded-mongo/
COPY server/trpc-socket/package.json server/trpc-socket/
COPY clients/cli/package.json clients/cli/
COPY clients/expo/test/package.json clients/expo/test/
COPY clients/panel/package.json clients/panel/
COPY clients/react/package.json clients/react/
COPY clients/sdk/package.json clients/sdk/
COPY clients/web/package.json clients/web/
RUN node scripts/bootstrap.mjs
COPY . .
# The web app's sign-in is chosen when it is built.
ARG VITE_CLERK_PUBLISHABLE_KEY
RUN npm run assemble -- /app

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app ./
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/dist/main.js"]
