#!/usr/bin/env bash
# Builds the Dockerfile and Dockerfile.bun (or the one of them that `node` or `bun` names) without a Docker engine or a registry of
# images, and runs each image as a container does: PID 1, another user, read-only but for /data. Prints sizes and times.
# Needs root that may mount, buildah and mmdebstrap from Debian, and 4 GB in TMPDIR or /var/tmp.
set -euo pipefail

# Mounts and processes are in namespaces that end with them, so that nothing of either is left, however this ends.
if [ -z "${TRYING_IN:-}" ]; then
  for tool in buildah mmdebstrap curl; do
    command -v "$tool" >/dev/null || { echo "deploy/try-images.sh needs $tool: apt-get install $tool" >&2; exit 2; }
  done
  TRYING_IN=$(mktemp -d -p "${TMPDIR:-/var/tmp}" whisper-images.XXXXXX)
  export TRYING_IN
  unshare --mount --pid --fork --kill-child --mount-proc "$0" "$@" &
  inside=$!
  cleanup() {
    kill -KILL "$inside" 2>/dev/null && wait "$inside" || true
    # The last of its processes may still be letting go of a mount.
    rm -rf "$TRYING_IN" 2>/dev/null || { sleep 2; rm -rf "$TRYING_IN"; }
  }
  trap cleanup EXIT
  trap 'exit 1' HUP INT TERM
  wait "$inside"
  exit
fi

cd "$(dirname "$0")/.."
work=$TRYING_IN
export TMPDIR=$work/tmp
mkdir "$TMPDIR"
server=
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=overlay
buildah() { command buildah --root "$work/storage" --runroot "$work/run" "$@"; }
fail() { echo "FAIL  $*" >&2; cat "$work/log" >&2 2>/dev/null || true; exit 1; }

# Stands in for the image of that name: Debian, this machine's Node, npm and certificates, the user node.
make_node_base() {
  local root=$work/base modules from
  modules=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  mmdebstrap --quiet --variant=essential --mode=root --dpkgopt=force-unsafe-io --include=ca-certificates,libstdc++6 bookworm "$root"
  cp "$(command -v node)" "$root/usr/local/bin/"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -r "$modules" "$root/usr/local/lib/node_modules/npm"
  for name in npm npx; do ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$root/usr/local/bin/$name"; done
  echo 'node:x:1000:1000::/home/node:/bin/sh' >>"$root/etc/passwd"
  echo 'node:x:1000:' >>"$root/etc/group"
  cp "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" "$root/etc/ssl/certs/ca-certificates.crt"
  from=$(buildah from scratch)
  buildah add -q "$from" "$root" / >/dev/null
  buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    --env npm_config_registry="$(npm config get registry)" --env pnpm_config_store_dir=/root/.local/share/pnpm/store \
    --env PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$from"
  buildah commit -q "$from" docker.io/library/node:20-bookworm-slim >/dev/null
  buildah rm "$from" >/dev/null
  rm -r "$root"
}

# Stands in for the image with Bun alone: the same Debian, Bun from its npm package, no Node, the user bun.
make_bun_base() {
  local name version from root
  name=$(sed -n 's/^FROM \(oven.*\)/\1/p' Dockerfile.bun)
  version=${name##*:}
  npm install --silent --no-save --prefix "$work/bun" "bun@${version%-slim}" >/dev/null
  from=$(buildah from docker.io/library/node:20-bookworm-slim)
  root=$(buildah mount "$from")
  rm -r "$root/usr/local/bin/"* "$root/usr/local/lib/node_modules"
  cp -L "$work/bun/node_modules/bun/bin/bun.exe" "$root/usr/local/bin/bun"
  sed -i s/node/bun/ "$root/etc/passwd" "$root/etc/group"
  buildah commit -q "$from" "docker.io/$name" >/dev/null
  buildah rm "$from" >/dev/null
}

# Builds the file; both share the stage that builds. What this machine's npm and pnpm fetched already is not fetched again.
build() {
  local kept=() folder
  for folder in .npm .cache/pnpm .local/share/pnpm; do
    mkdir -p "$HOME/$folder"
    kept+=(--volume "$HOME/$folder:/root/$folder")
  done
  buildah bud -q --layers --network host --format docker "${kept[@]}" -t "whisper-$1" -f "$2" . >/dev/null
}

# Runs the image's command in its own PID namespace, as its user, with these settings.
start() {
  RUNTIME=$runtime unshare --pid --fork --mount --kill-child bash -c '
    set -e
    root=$1; data=$2; shift 2
    mount --bind "$root" "$root"
    mount --bind "$data" "$root/data"
    mount -t proc proc "$root/proc"
    mount -o remount,bind,ro "$root"
    cd "$root"
    exec chroot --userspec=1000:1000 "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin "$@" \
      sh -c "cd /app && exec $RUNTIME server/dist/main.js"
  ' - "$root" "$data" "$@" >"$work/log" 2>&1 &
  server=$!
}

ready() {
  local count=0
  until curl -fsS -o /dev/null "http://127.0.0.1:$port/readyz" 2>/dev/null; do
    kill -0 "$server" 2>/dev/null || fail 'the image ended before it was ready'
    [ $((count += 1)) -le 600 ] || fail 'the image was not ready within 60 s'
    sleep 0.1
  done
}

look_into() {
  echo "      /app is $(du -sh "$root/app" | cut -f1)"
  [ ! -e "$root/app/server/node_modules/typescript" ] || fail 'a compiler is in the image'
  local package
  for package in vite vitest oxlint react tsx; do
    [ -z "$(find "$root/app" -maxdepth 5 -name "$package" -path '*node_modules*' -print -quit)" ] || fail "$package is in the image"
  done
}

run() {
  local port data=$work/data-$runtime began pid path
  port=$(node -e 'const s=require("net").createServer().listen(0,()=>{console.log(s.address().port);s.close()})')
  mkdir "$data"
  chown 1000:1000 "$data"
  start NODE_ENV=production DATA_DIR=/data PORT="$port"
  wait "$server" && fail 'production without Clerk started'
  grep -q CLERK_SECRET_KEY "$work/log" || fail 'the refusal does not name the setting'
  echo 'ok    production without Clerk ends with a sentence'

  began=$(date +%s%N)
  start NODE_ENV=development HOST=127.0.0.1 DATA_DIR=/data PORT="$port" LOG_LEVEL=warn
  ready
  echo "ok    ready as PID 1 on a read-only tree ($((($(date +%s%N) - began) / 1000000)) ms)"
  pid=$(pgrep -P "$server" | head -1)
  [ "$(awk '/^NSpid/ { print $3 }' "/proc/$pid/status")" = 1 ] || fail 'the server is not PID 1'
  [ "$(stat -c %u "/proc/$pid")" = 1000 ] || fail 'the server runs as root'
  for path in / /panel/ /api/docs/ /health; do
    curl -fsS -o /dev/null "http://127.0.0.1:$port$path" || fail "$path is not served"
  done
  curl -fsS -d '{"user":"alice"}' "http://127.0.0.1:$port/dev/token" | grep -q token || fail 'nobody can sign in'
  echo 'ok    serves its pages and signs in'
  node deploy/try-picture.mjs "http://127.0.0.1:$port" || fail 'a picture is not taken'
  echo 'ok    makes thumbnails of a picture'
  kill -TERM "$pid"
  wait "$server" || fail "SIGTERM ended it with $?"
  echo 'ok    ends with 0 on SIGTERM'
}

make_node_base
echo "ok    a bare Debian with Node ($SECONDS s)"
[ $# -gt 0 ] || set -- node bun
for runtime in "$@"; do
  file=Dockerfile
  began=$SECONDS
  [ "$runtime" = node ] || { file=Dockerfile.bun; make_bun_base; }
  build "$runtime" "$file"
  echo "ok    $file builds ($((SECONDS - began)) s)"
  root=$(buildah mount "$(buildah from "whisper-$runtime")")
  look_into
  run
done
