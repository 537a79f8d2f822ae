#!/usr/bin/env bash
# Builds the Dockerfile, or with `bun` Dockerfile.bun, without a Docker engine or a registry, and runs the image as a container
# does: PID 1, another user, read-only but for /data. Needs root, and debootstrap and buildah from Debian. Prints sizes and times.
set -euo pipefail
runtime=${1:-node}
case $runtime in
  node) file=Dockerfile ;;
  bun) file=Dockerfile.bun ;;
  *) echo 'Usage: deploy/try-image.sh [node|bun]' >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
base=docker.io/library/node:20-bookworm-slim
bun_base=docker.io/$(sed -n 's/^FROM \(oven.*\)/\1/p' Dockerfile.bun)
work=$(mktemp -d)
container=
server=

cleanup() {
  [ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
  umount "$work/data" 2>/dev/null || true
  [ -z "$container" ] || buildah rm "$container" >/dev/null
  rm -rf "$work"
}
trap cleanup EXIT
fail() { echo "FAIL  $*" >&2; cat "$work/log" >&2 2>/dev/null || true; exit 1; }

# Stands in for the image of that name: Debian, this machine's Node, npm and certificates, the user node.
make_base() {
  local root=$work/base modules
  modules=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  debootstrap --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$root" >"$work/debootstrap.log"
  cp "$(command -v node)" "$root/usr/local/bin/"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -r "$modules" "$root/usr/local/lib/node_modules/npm"
  for name in npm npx; do ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$root/usr/local/bin/$name"; done
  chroot "$root" useradd -m -u 1000 node
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  local from
  from=$(buildah from scratch)
  buildah add -q "$from" "$root" / >/dev/null
  buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    --env PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$from"
  buildah commit -q "$from" "$base" >/dev/null
  buildah rm "$from" >/dev/null
}

# Stands in for the image with Bun alone: the same Debian, Bun from its npm package, no Node, the user bun.
make_bun_base() {
  local from version=${bun_base##*:} root
  version=${version%-slim}
  npm install --silent --no-save --prefix "$work/bun" "bun@$version" >/dev/null
  from=$(buildah from "$base")
  root=$(buildah mount "$from")
  rm -r "$root/usr/local/bin/"* "$root/usr/local/lib/node_modules"
  cp -L "$work/bun/node_modules/bun/bin/bun.exe" "$root/usr/local/bin/bun"
  chroot "$root" usermod -l bun node
  chroot "$root" groupmod -n bun node
  buildah commit -q "$from" "$bun_base" >/dev/null
  buildah rm "$from" >/dev/null
}

# Runs the image's command in its own PID namespace, as its user, with these settings.
start() {
  local root=$1
  shift
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
  ' - "$root" "$work/data" "$@" >"$work/log" 2>&1 &
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

buildah inspect --type image "$base" >/dev/null 2>&1 || make_base
[ "$runtime" = node ] || buildah inspect --type image "$bun_base" >/dev/null 2>&1 || make_bun_base
began=$SECONDS
buildah bud -q --layers --network host --format docker -t "whisper-$runtime" -f "$file" . >/dev/null
echo "ok    $file builds ($((SECONDS - began)) s)"
container=$(buildah from "whisper-$runtime")
root=$(buildah mount "$container")
echo "      /app is $(du -sh "$root/app" | cut -f1)"
[ ! -e "$root/app/server/node_modules/typescript" ] || fail 'a compiler is in the image'
for package in vite vitest oxlint react tsx; do
  [ -z "$(find "$root/app" -maxdepth 5 -name "$package" -path '*node_modules*' -print -quit)" ] || fail "$package is in the image"
done

port=$(node -e 'const s=require("net").createServer().listen(0,()=>{console.log(s.address().port);s.close()})')
mkdir "$work/data"
chown 1000:1000 "$work/data"
start "$root" NODE_ENV=production DATA_DIR=/data PORT="$port"
wait "$server" && fail 'production without Clerk started'
grep -q CLERK_SECRET_KEY "$work/log" || fail 'the refusal does not name the setting'
echo 'ok    production without Clerk ends with a sentence'

began=$(date +%s%N)
start "$root" NODE_ENV=development HOST=127.0.0.1 DATA_DIR=/data PORT="$port" LOG_LEVEL=warn
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
server=
echo 'ok    ends with 0 on SIGTERM'
