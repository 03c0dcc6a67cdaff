#!/usr/bin/env bash
# Prometheus' own tool on the shipped rules: they are well formed, and each fires when it should and only then.
# Ends with 77 where it cannot run.
set -euo pipefail

command -v promtool-3 >/dev/null || { echo "promtool-3 is missing: tools/peers builds it"; exit 77; }
cd "$GATEHOUSE_SOURCE/deploy/prometheus"
promtool-3 check rules --lint=all --lint-fatal rules/*.yml
promtool-3 test rules tests/*.yml
for alert in $(sed -n 's/^ *- alert: //p' rules/alerts.yml); do
  grep -q "alertname: $alert, eval_time: .*exp_alerts: \[\]" tests/alerts.yml || { echo "nobody tries that $alert is silent"; exit 1; }
  grep -q -- "- alertname: $alert\$" tests/alerts.yml || { echo "nobody tries that $alert fires"; exit 1; }
  grep -q "^### $alert\$" ../../docs/metrics.md || { echo "docs/metrics.md does not say what to do about $alert"; exit 1; }
done
