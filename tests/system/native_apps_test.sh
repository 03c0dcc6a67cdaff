#!/usr/bin/env bash
# A certified OpenID Connect client as a native app and as a device, on a platform of its own: web/tests/native. Ends
# with 77 where it cannot run.
set -euo pipefail

cannot() {
  echo "$1"
  exit 77
}

root=$GATEHOUSE_SOURCE
command -v node >/dev/null || cannot "no node: tools/packages peers installs it"
[ -d "$root/web/node_modules/openid-client" ] || cannot "web/ has no packages: npm ci --ignore-scripts, in web/"
cd "$root/web/tests"
exec node ../scripts/run_tests.mjs native
