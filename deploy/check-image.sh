#!/usr/bin/env bash
# Builds the image and starts it as an operator would: as another user than root, on a root that nobody can write to, without a
# network. Asks it something, stops it. Needs root, buildah, busybox and the project's packages. Where no registry of images can be
# reached, the two base images are made here, of this machine's libraries, busybox, Node and npm.
set -euo pipefail
cd "$(dirname "$0")/.."
most_megabytes=360

command -v buildah >/dev/null || { echo 'skipped: no buildah'; exit 0; }

# What works without a daemon and inside a container, too.
export BUILDAH_ISOLATION=chroot PATH="$PWD/node_modules/.bin:$PATH"
work=$(mktemp -d /var/tmp/answerdesk-image-XXXXXX)
buildah() { command buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" "$@"; }
trap 'buildah umount --all >/dev/null; rm -rf "$work"' EXIT

node=$(node -p process.execPath)

# What Node, onnxruntime, argon2 and sharp link to, certificates and the users: as much as a distroless image has.
make_runtime_base() {
  local container root
  container=$(buildah from scratch)
  root=$(buildah mount "$container")
  mkdir -p "$root"/{etc/ssl,tmp,proc,dev,root}
  { ldd "$node" node_modules/onnxruntime-node/bin/*/linux/*/onnxruntime_binding.node node_modules/@node-rs/argon2-*/*.node node_modules/@img/sharp-linux-*/lib/*.node 2>/dev/null || true; } |
    grep -oE '[[:space:]]/(usr/)?lib[^ ]*' | tr -d ' \t' | sort -u | xargs cp -L --parents -t "$root"
  cp -rL /etc/ssl/certs "$root/etc/ssl/"
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  buildah commit --quiet "$container" runtime-base >/dev/null
  buildah rm "$container" >/dev/null
}

# The same with a shell, Node and npm as it is set up on this machine.
make_build_base() {
  local container root
  container=$(buildah from runtime-base)
  root=$(buildah mount "$container")
  mkdir -p "$root"/{bin,usr/bin,usr/local/bin,usr/local/lib}
  cp -L "$(command -v busybox)" "$root/bin/busybox"
  chroot "$root" /bin/busybox --install -s /bin
  ln -s /bin/env "$root/usr/bin/env"
  cp -L "$node" "$root/usr/local/bin/node"
  cp -rL "$(dirname "$(readlink -f "$(command -v npm)")")/.." "$root/usr/local/lib/npm"
  ln -s ../lib/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  npm config get cafile | grep -qx null || npm config get cafile | sed 's/^/cafile=/' >"$root/root/.npmrc"
  buildah config --env PATH=/usr/local/bin:/bin --env HOME=/root --env "NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-}" "$container"
  buildah commit --quiet "$container" build-base >/dev/null
  buildah rm "$container" >/dev/null
}

bases=()
if ! timeout 30 buildah pull --quiet docker.io/library/node:24-bookworm-slim >/dev/null 2>&1; then
  make_runtime_base
  make_build_base
  bases=(--build-arg RUNTIME_IMAGE=localhost/runtime-base --build-arg BUILD_IMAGE=localhost/build-base)
fi
mkdir -p "$(npm config get cache)"
buildah bud --quiet --format docker --volume "$(npm config get cache):/root/.npm" "${bases[@]}" \
  -f deploy/Containerfile -t answerdesk . >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
echo "built in $SECONDS s"

container=$(buildah from --pull-never answerdesk)
root=$(buildah mount "$container")
megabytes=$(du -sm --apparent-size "$root" | cut -f1)
echo "$megabytes MB"

config() { buildah inspect --type image --format "$1" answerdesk; }
mapfile -t variables < <(config '{{range .Docker.Config.Env}}{{println .}}{{end}}' | grep .)
mapfile -t command < <(config '{{range .Docker.Config.Entrypoint}}{{println .}}{{end}}{{range .Docker.Config.Cmd}}{{println .}}{{end}}' | grep .)
mapfile -t health < <(config '{{range .Docker.Config.Healthcheck.Test}}{{println .}}{{end}}' | grep .)
user=$(config '{{.Docker.Config.User}}')
export root user

inside() { env -i "${variables[@]}" /usr/sbin/chroot --userspec="$user" "$root" "$@"; }

start_and_stop() {
  busybox ip link set lo up
  mount --bind "$root" "$root"
  mount --bind /dev "$root/dev"
  cp -a "$root/data" "$work/data"
  mount --bind "$work/data" "$root/data"
  mount -o remount,bind,ro "$root"
  # In a namespace of processes of its own it is number 1, as in a container.
  unshare --pid --fork --kill-child --mount-proc="$root/proc" env -i "${variables[@]}" \
    /usr/sbin/chroot --userspec="$user" "$root" "${command[@]}" --sample >"$work/log" 2>&1 &
  local outer=$! code=0
  node deploy/check-desk.ts http://127.0.0.1:3000 || { tail -20 "$work/log"; return 1; }
  inside "${health[@]:1}" || { echo 'The health check fails.'; return 1; }
  kill -TERM "$(pgrep -P "$outer")"
  wait "$outer" || code=$?
  [ "$code" -eq 0 ] || { tail -20 "$work/log"; echo "SIGTERM ended it with $code, not with 0."; return 1; }
}

export work
export -f inside start_and_stop
unshare --mount --net bash -euo pipefail -c "$(declare -p variables command health); start_and_stop"
echo "answered and stopped after $SECONDS s"
[ "$megabytes" -le "$most_megabytes" ] || { echo "That is more than $most_megabytes MB."; exit 1; }
