#!/usr/bin/env bash
# A browser walks through the shop on a platform of its own: web/tests/browser. Ends with 77 where it cannot run.
set -euo pipefail

cannot() {
  echo "$1"
  exit 77
}

root=$GATEHOUSE_SOURCE
chromium=${CHROMIUM:-/usr/bin/chromium}
[ -x "$chromium" ] || cannot "no chromium: tools/packages peers installs it"
command -v node >/dev/null || cannot "no node: tools/packages peers installs it"
[ -d "$root/web/node_modules/playwright-core" ] && [ -f "$root/build/web/storefront/index.html" ] ||
  cannot "the shop is not built: npm ci --ignore-scripts && npm run build, in web/"
cd "$root/web/tests"
export CHROMIUM=$chromium
exec node ../scripts/run_tests.mjs browser
