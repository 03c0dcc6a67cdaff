#!/usr/bin/env python3
"""The dashboards of Gatehouse, written from one source so that they look and count alike.

  deploy/grafana/dashboards.py DIRECTORY   writes a file for each, to be provisioned or imported
"""
import json
import pathlib
import sys

WIDTH, HEIGHT = 24, 8
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WINDOW = "[$__rate_interval]"


# --- expressions ------------------------------------------------------------------------------------------------

def rate(metric, by="", where=""):
    inner = f"rate({metric}{{{where}}}{WINDOW})" if where else f"rate({metric}{WINDOW})"
    return f"sum by ({by}) ({inner})" if by else f"sum({inner})"


def quantile(q, metric, by="", where=""):
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile({q}, {rate(metric + '_bucket', labels, where)})"


def ratio(metric, part, by="", where=""):
    both = f"{where}, {part}" if where else part
    return f"({rate(metric, by, both)} or 0 * {rate(metric, by, where)}) / {rate(metric, by, where)}"


# --- panels -----------------------------------------------------------------------------------------------------

def panel(kind, title, unit, queries, description, optional="", **options):
    """`queries`: expression, or pairs of expression and legend. `optional`: what must be configured for any data."""
    if isinstance(queries, str):
        queries = [(queries, "")]
    if optional:
        description += f" [optional: {optional}]"
    targets = [{"refId": chr(ord("A") + i), "datasource": SOURCE, "expr": expression, "legendFormat": legend or "__auto",
                "exemplar": "_bucket" in expression} for i, (expression, legend) in enumerate(queries)]
    defaults = {"unit": unit, "min": 0}
    defaults.update(options.pop("defaults", {}))
    return {"type": kind, "title": title, "description": description, "datasource": SOURCE, "targets": targets,
            "fieldConfig": {"defaults": defaults, "overrides": []}, "options": options}


def graph(title, unit, queries, description, optional=""):
    return panel("timeseries", title, unit, queries, description, optional,
                 legend={"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]},
                 tooltip={"mode": "multi", "sort": "desc"},
                 defaults={"custom": {"lineWidth": 1, "fillOpacity": 10, "showPoints": "never"}})


def number(title, unit, expression, description, good_below=None):
    steps = [{"color": "green", "value": None}]
    if good_below is not None:
        steps.append({"color": "red", "value": good_below})
    return panel("stat", title, unit, expression, description, reduceOptions={"calcs": ["lastNotNull"]},
                 graphMode="area", defaults={"thresholds": {"mode": "absolute", "steps": steps}})


def heat(title, metric, description, where=""):
    made = panel("heatmap", title, "s", [(rate(metric + "_bucket", "le", where), "{{le}}")], description,
                 calculate=False, yAxis={"unit": "s"}, color={"scheme": "Oranges"})
    made["targets"][0]["format"] = "heatmap"
    return made


def row(title, *panels):
    return (title, panels)


def board(uid, title, *rows, variables=()):
    placed, y, ids = [], 0, 0
    for name, panels in rows:
        ids += 1
        placed.append({"type": "row", "id": ids, "title": name, "collapsed": False, "panels": [],
                       "gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1}})
        y += 1
        width = WIDTH // min(len(panels), 6 if panels[0]["type"] == "stat" else 3)
        x, tall = 0, 4 if panels[0]["type"] == "stat" else HEIGHT
        for one in panels:
            ids += 1
            if x + width > WIDTH:
                x, y = 0, y + tall
            placed.append({**one, "id": ids, "gridPos": {"x": x, "y": y, "w": width, "h": tall}})
            x += width
        y += tall
    listed = [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}]
    listed += [{"name": name, "type": "query", "datasource": SOURCE, "query": {"query": query, "refId": name}, "refresh": 2,
                "includeAll": everything, "multi": everything, "allValue": ".*" if everything else None}
               for name, query, everything in variables]
    return {"uid": uid, "title": title, "tags": ["gatehouse"], "schemaVersion": 39, "version": 1, "editable": True,
            "timezone": "browser", "refresh": "10s", "time": {"from": "now-1h", "to": "now"}, "graphTooltip": 1,
            "templating": {"list": listed}, "annotations": {"list": [deployments()]}, "panels": placed,
            "links": [{"type": "dashboards", "tags": ["gatehouse"], "asDropdown": True, "title": "Gatehouse"}]}


def deployments():
    return {"name": "Starts", "datasource": SOURCE, "enable": True, "iconColor": "blue", "titleFormat": "{{instance}} started",
            "expr": "changes(process_start_time_seconds[1m]) > 0"}


# --- what is asked ----------------------------------------------------------------------------------------------

SERVED = "http_server_request_duration_seconds"
CALLED = "http_client_request_duration_seconds"
FAILED = 'http_response_status_code=~"5.."'
GATEWAY = 'role="gateway"'
# Waits on purpose, so says nothing about speed.
WAITS = 'role!="registry", http_route!~".*/events"'


def overview():
    return board(
        "gatehouse-overview", "Gatehouse / Overview",
        row("Now",
            number("Instances up", "none", "sum(up)", "Instances that Prometheus can scrape."),
            number("Instances down", "none", "count(up == 0) or vector(0)", "Instances that do not answer.", 1),
            number("Requests", "reqps", rate(SERVED + "_count", where=GATEWAY), "Requests at the gateway, per second."),
            number("Errors", "percentunit", ratio(SERVED + "_count", FAILED, where=GATEWAY),
                   "Share of the gateway's requests that are answered with 5xx. The promise is 0.1 %.", 0.001),
            number("p99", "s", quantile(0.99, SERVED, where=GATEWAY), "One request in a hundred takes this long or longer."),
            number("Alerts", "none", 'count(ALERTS{alertstate="firing"}) or vector(0)', "Alerts that fire.", 1)),
        row("Requests, errors, duration",
            graph("Requests by role", "reqps", [(rate(SERVED + "_count", "role"), "{{role}}")], "Requests that each role serves."),
            graph("Errors by role", "percentunit", [(ratio(SERVED + "_count", FAILED, "role"), "{{role}}")],
                  "Share of requests that are answered with 5xx."),
            graph("p99 by role", "s", [(quantile(0.99, SERVED, "role", WAITS), "{{role}}")],
                  "Without the registry's blocking queries and streams of events, which wait on purpose.")),
        row("Business",
            graph("Orders", "ops", [(rate("orders_total", "outcome"), "{{outcome}}")], "Orders by what became of them."),
            graph("Payments", "ops", [(rate("payment_attempts_total", "result"), "{{result}}")],
                  "Steps at the payment provider by what came of them."),
            graph("Sign-ins", "ops", [(rate("auth_server_logins_total", "outcome"), "{{outcome}}")], "Attempts to log in.")),
        row("Saturation",
            graph("CPU", "none", [(rate("process_cpu_seconds_total", "role"), "{{role}}")], "Cores in use, by role."),
            graph("Memory", "bytes", [("sum by (role) (process_resident_memory_bytes)", "{{role}}")], "Resident memory, by role."),
            graph("Event loop delay, p99", "s", [(quantile(0.99, "runtime_loop_delay_seconds", "role"), "{{role}}")],
                  "How late timers come: above 100 ms a loop does too much at a time.")))


def gateway():
    at = f'{GATEWAY}, http_route=~"$route"'
    return board(
        "gatehouse-gateway", "Gatehouse / Gateway",
        row("Traffic by route",
            graph("Requests", "reqps", [(rate(SERVED + "_count", "http_route", at), "{{http_route}}")],
                  "By the name of the route; without a name: no route fits."),
            graph("Errors", "percentunit", [(ratio(SERVED + "_count", FAILED, "http_route", at), "{{http_route}}")],
                  "Share answered with 5xx."),
            graph("Answers", "reqps", [(rate(SERVED + "_count", "http_response_status_code", at), "{{http_response_status_code}}")],
                  "By status.")),
        row("Duration",
            graph("Quantiles", "s", [(quantile(q, SERVED, where=at), f"p{int(q * 100)}") for q in (0.5, 0.9, 0.99)],
                  "Of all requests; streams of events count with their whole length."),
            graph("p99 by route", "s", [(quantile(0.99, SERVED, "http_route", at), "{{http_route}}")], "The slowest in a hundred."),
            heat("Distribution", SERVED, "How many requests took how long.", at)),
        row("Protection",
            graph("Refused by rate limits", "reqps", rate("gateway_rate_limited_total"), "Answered with 429."),
            graph("Counts not available", "reqps", rate("gateway_rate_limit_unavailable_total"),
                  "Requests for which Redis could not be asked for the count."),
            graph("Failed TLS handshakes", "ops", rate("tls_handshake_failures_total", "instance", GATEWAY),
                  "Clients that do not get as far as a request.")),
        row("Connections",
            graph("Open", "none", [("sum by (instance) (http_server_connections{role=\"gateway\"})", "{{instance}}")],
                  "Connections of clients."),
            graph("Active requests", "none", [("sum by (instance) (http_server_active_requests{role=\"gateway\"})", "{{instance}}")],
                  "Requests that are being served."),
            graph("Connects tried again", "ops", rate("gateway_connect_retries_total"), "Upstreams that could not be connected to.")),
        row("Promise of 99.9 %",
            graph("Burn rate", "none", [("gateway:errors:ratio_rate5m / 0.001", "5 min"), ("gateway:errors:ratio_rate1h / 0.001", "1 h"),
                                        ("gateway:errors:ratio_rate6h / 0.001", "6 h")],
                  "At 1 the error budget of a month lasts a month, at 14.4 two days."),
            graph("Errors of three days", "percentunit", "gateway:errors:ratio_rate3d", "Against the promise of 0.1 %.")),
        variables=[("route", 'label_values(http_server_request_duration_seconds_count{role="gateway"}, http_route)', True)])


def auth_server():
    return board(
        "gatehouse-auth-server", "Gatehouse / Auth server",
        row("People",
            graph("Logins", "ops", [(rate("auth_server_logins_total", "outcome"), "{{outcome}}")], "At the login page."),
            graph("Accounts", "ops", [(rate("auth_server_registrations_total", "outcome"), "{{outcome}}")], "At the page to sign up."),
            graph("Logouts", "ops", rate("auth_server_logouts_total"), "Sessions that people ended."),
            graph("Passwords tried", "ops", [(rate("auth_credential_checks_total", "outcome"), "{{outcome}}")],
                  "As the auth service saw them: also locked and limited.")),
        row("Tokens",
            graph("Answers by grant", "ops", [(rate("auth_server_token_answers_total", "grant, outcome"), "{{grant}} {{outcome}}")],
                  "At the token endpoint: tokens given out, and refused."),
            graph("Reuse", "ops", [(rate("auth_server_reuses_total", "kind"), "{{kind}}")],
                  "Codes and refresh tokens that came a second time: theft, or a client that repeats itself."),
            graph("Key sets and checks", "s",
                  [(quantile(0.99, SERVED, "http_route", 'role="auth-server"'), "{{http_route}}")], "p99 by endpoint.")),
        row("The auth service behind it",
            graph("Requests", "reqps", [(rate(SERVED + "_count", "http_route", 'role="auth"'), "{{http_route}}")], "By route."),
            graph("p99", "s", [(quantile(0.99, SERVED, "http_route", 'role="auth"'), "{{http_route}}")],
                  "Credentials take the time of argon2id on purpose."),
            graph("Threads for hashing", "none", [('sum(blocking_pool_busy_threads{role="auth"})', "busy"),
                                                  ('sum(blocking_pool_queued{role="auth"})', "waiting"),
                                                  ('sum(blocking_pool_threads{role="auth"})', "all")],
                  "Waiting work means that people wait.")))


def commerce():
    return board(
        "gatehouse-commerce", "Gatehouse / Orders and payments",
        row("Now",
            number("Books in contradiction", "none", "sum(ledger_imbalance)", "Changes that the ledger refused.", 1),
            number("Sagas stuck", "none", "sum(saga_stuck)", "Orders that have not moved for a minute.", 1),
            number("Outcome unknown", "none", "sum(payment_unknown)", "Payments to be asked about at the provider.", 10),
            number("Sagas under way", "none", "sum(saga_unfinished)", "Orders that are not at their end."),
            number("Events to tell", "none", "sum(outbox_pending)", "Not every subscriber has them.", 1000),
            number("Open order pages", "none", "sum(order_streams)", "Streams of events of an order.")),
        row("Orders",
            graph("Orders", "ops", [(rate("orders_total", "outcome"), "{{outcome}}")], "By what became of them."),
            graph("Saga steps", "ops", [(rate("saga_step_duration_seconds_count", "step, outcome"), "{{step}}: {{outcome}}")],
                  "Tries of each step."),
            graph("Saga steps, p99", "s", [(quantile(0.99, "saga_step_duration_seconds", "step"), "{{step}}")],
                  "Duration of one try.")),
        row("Payments",
            graph("At the provider", "ops", [(rate("payment_attempts_total", "result"), "{{result}}")], "By what came of it."),
            graph("Circuit breakers", "none", [("max by (role, upstream, operation) (circuit_breaker_state)",
                                                "{{role}} to {{upstream}} {{operation}}")], "0 closed, 1 half open, 2 open."),
            graph("Retry budget", "none", [("min by (upstream) (retry_budget_tokens)", "{{upstream}}")],
                  "What is left for retries; none below half.")),
        row("Requests",
            graph("Requests", "reqps", [(rate(SERVED + "_count", "role, http_request_method, http_route", 'role=~"orders|payments"'),
                                         "{{role}} {{http_request_method}} {{http_route}}")], "By route."),
            graph("p99", "s", [(quantile(0.99, SERVED, "role, http_route", 'role=~"orders|payments", ' + WAITS), "{{role}} {{http_route}}")],
                  "By route, without streams of events."),
            graph("Answered again", "ops", [(rate("idempotency_replays_total", "role"), "{{role}}")],
                  "Requests with an Idempotency-Key that had come before.")))


def stores():
    postgres, dynamodb, shipper = "postgres", "dynamodb", "log-shipper"
    return board(
        "gatehouse-stores", "Gatehouse / Stores and caches",
        row("Caches",
            graph("Look-ups", "ops", [(rate("cache_requests_total", "cache, result"), "{{cache}}: {{result}}")], "By result."),
            graph("Hits", "percentunit", [(ratio("cache_requests_total", 'result="hit"', "cache"), "{{cache}}")], "Share of look-ups."),
            graph("Stale lists of instances", "none", [("sum by (instance) (discovery_stale_lists)", "{{instance}}")],
                  "Lists that are the last known ones.")),
        row("Keys",
            graph("Current version", "none", [("max by (role, ring) (key_ring_current_version)", "{{role}} {{ring}}")],
                  "New rows are written with it."),
            graph("Rows to re-wrap", "none", [("max by (role, table) (key_rotation_rows_remaining)", "{{role}} {{table}}")],
                  "Rows with an older key: falls to 0 after a rotation."),
            graph("Certificates", "s", [("min by (role, certificate) (tls_certificate_not_after_timestamp_seconds) - time()",
                                         "{{role}} {{certificate}}")], "What is left of their lives.")),
        row("Threads for blocking work",
            graph("Busy", "percentunit", [("sum by (role) (blocking_pool_busy_threads) / sum by (role) (blocking_pool_threads)", "{{role}}")],
                  "Of the threads for SQLite, hashing and files."),
            graph("Waiting", "none", [("sum by (role) (blocking_pool_queued)", "{{role}}")], "Work that waits for a thread.")),
        row("PostgreSQL (where configured)",
            graph("Operations, p99", "s", [(quantile(0.99, "db_client_operation_duration_seconds", "role"), "{{role}}")],
                  "With the wait for a connection.", postgres),
            graph("Connections", "none", [("sum by (role) (postgres_connections)", "{{role}}")], "Open, or being opened.", postgres),
            graph("Trouble", "ops", [(rate("postgres_repeated_total", "role"), "{{role}} repeated"),
                                     (rate("postgres_outages_total", "role"), "{{role}} outage")], "Conflicts and outages.", postgres)),
        row("DynamoDB and logs (where configured)",
            graph("DynamoDB", "ops", [(rate("dynamodb_tries_total", "operation, outcome"), "{{operation}}: {{outcome}}")],
                  "Tries by what came of them.", dynamodb),
            graph("Log lines sent", "ops", rate("log_shipper_lines_sent_total"), "To Elasticsearch.", shipper),
            graph("Log lines behind", "s", [("max by (instance) (log_shipper_behind_seconds)", "{{instance}}")],
                  "Time since everything had been sent.", shipper)))


def role():
    at = 'role="$role", instance=~"$instance"'
    return board(
        "gatehouse-role", "Gatehouse / One role",
        row("Requests",
            graph("Requests", "reqps", [(rate(SERVED + "_count", "instance", at), "{{instance}}")], "By instance."),
            graph("By route", "reqps", [(rate(SERVED + "_count", "http_route", at), "{{http_route}}")], "By route."),
            graph("By status", "reqps", [(rate(SERVED + "_count", "http_response_status_code", at), "{{http_response_status_code}}")],
                  "By status."),
            graph("Quantiles", "s", [(quantile(q, SERVED, where=at), f"p{int(q * 100)}") for q in (0.5, 0.9, 0.99)], "Duration."),
            heat("Distribution", SERVED, "How many requests took how long.", at),
            graph("Active", "none", [(f"sum by (instance) (http_server_active_requests{{{at}}})", "{{instance}}")], "At this moment.")),
        row("Calls to other roles",
            graph("Calls", "ops", [(rate(CALLED + "_count", "server_address, http_response_status_code, error_type", at),
                                    "{{server_address}} {{http_response_status_code}}{{error_type}}")],
                  "By whom it asks and what came of it."),
            graph("p99", "s", [(quantile(0.99, CALLED, "server_address", at), "{{server_address}}")], "Duration of a call.")),
        row("Process",
            graph("CPU", "none", [(rate("process_cpu_seconds_total", "instance", at), "{{instance}}")], "Cores in use."),
            graph("Memory", "bytes", [(f"process_resident_memory_bytes{{{at}}}", "{{instance}}")], "Resident."),
            graph("File descriptors", "none", [(f"process_open_fds{{{at}}}", "{{instance}}")], "Open."),
            graph("Event loop delay, p99", "s", [(quantile(0.99, "runtime_loop_delay_seconds", "instance", at), "{{instance}}")],
                  "How late timers come."),
            graph("Blocking work", "none", [(f"blocking_pool_busy_threads{{{at}}}", "{{instance}} busy"),
                                            (f"blocking_pool_queued{{{at}}}", "{{instance}} waiting")], "Threads for SQLite, hashing, files."),
            graph("Connections", "none", [(f"http_server_connections{{{at}}}", "{{instance}}")], "Open, of clients.")),
        row("State",
            graph("Readiness", "none", [(f"readiness_check_passing{{{at}}}", "{{instance}}: {{check}}")], "1: passes."),
            graph("Up since", "s", [(f"time() - process_start_time_seconds{{{at}}}", "{{instance}}")], "Age of the process."),
            graph("Lost log lines", "ops", [(rate("log_lines_dropped_total", "instance", at), "{{instance}}")],
                  "A slow reader, or a full disk.")),
        variables=[("role", "label_values(gatehouse_build_info, role)", False),
                   ("instance", 'label_values(gatehouse_build_info{role="$role"}, instance)', True)])


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for one in (overview(), gateway(), auth_server(), commerce(), stores(), role()):
        name = one["uid"].removeprefix("gatehouse-")
        (directory / f"{name}.json").write_text(json.dumps(one, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
