#!/usr/bin/env bash
# Installs from this clone as for production: builds, drops what only development needs, starts it with the oldest Node that will do,
# asks it something, stops it. Needs the project's packages, development's too.
set -euo pipefail
cd "$(dirname "$0")/.."
most_megabytes=530
oldest_node=22.18.0

work=$(mktemp -d /var/tmp/answerdesk-install-XXXXXX)
trap 'rm -rf "$work"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work"
# Links where possible. npm writes its own list in place, so that one is not shared.
cp -al node_modules "$work/" 2>/dev/null || { rm -rf "$work/node_modules"; cp -a node_modules "$work/"; }
rm -f "$work/node_modules/.package-lock.json"

root=$PWD
cd "$work"
npm run --silent build
npm prune --omit=dev --loglevel=error --no-audit --no-fund >/dev/null
megabytes=$(du -sm node_modules | cut -f1)
mkdir oldest
npm install --prefix oldest --loglevel=error --no-audit --no-fund "node@$oldest_node" >/dev/null
node=$work/oldest/node_modules/node/bin/node
[ "$("$node" --version)" = "v$oldest_node" ]

port=$("$node" -e "const server = require('net').createServer().listen(0, () => { console.log(server.address().port); server.close(); })")
mkdir elsewhere
cd elsewhere
env -i ANSWERDESK_PORT="$port" "$node" ../dist/cli.js start --sample >log 2>&1 &
desk=$!
"$root/node_modules/.bin/node" "$root/deploy/check-desk.ts" "http://127.0.0.1:$port" || { tail -20 log; kill "$desk"; exit 1; }
kill -TERM "$desk"
wait "$desk" || { tail -20 log; echo 'SIGTERM did not end it with 0.'; exit 1; }
! grep Warning log || exit 1
echo "installed: $megabytes MB of packages; answered on Node $oldest_node and stopped after $SECONDS s"
[ "$megabytes" -le "$most_megabytes" ] || { echo "That is more than $most_megabytes MB."; exit 1; }
