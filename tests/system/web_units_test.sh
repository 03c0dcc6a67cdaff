#!/usr/bin/env bash
# The web clients' own tests, without a browser: generated types up to date, event stream, basket, words.
# Ends with 77 where it cannot run.
set -euo pipefail

cannot() {
  echo "$1"
  exit 77
}

root=$GATEHOUSE_SOURCE
command -v npm >/dev/null || cannot "no npm: tools/packages peers installs it"
[ -d "$root/web/node_modules/esbuild" ] || cannot "web/ has no packages: npm ci --ignore-scripts, in web/"
cd "$root/web"
exec npm test
