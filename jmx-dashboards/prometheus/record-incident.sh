#!/usr/bin/env bash
# Records the series that the alerts use from a running server, as input_series of a test for promtool:
#
#   ./record-incident.sh http://127.0.0.1:4001/metrics 120 > series.yml
#
# Scrapes every 5 s for this number of seconds; cause the fault meanwhile. Omits series that are always 0.
set -euo pipefail
url=${1:?the URL of /metrics}
seconds=${2:?the number of seconds}
scrapes=$(mktemp -d)
trap 'rm -rf "$scrapes"' EXIT
for ((scrape = 100; scrape <= 100 + seconds / 5; scrape++)); do
  { curl -sf --max-time 4 "$url" || true; } >"$scrapes/$scrape"
  sleep 5
done
awk '
  FNR == 1 { scrape++ }
  $1 ~ /^(auth_pool_(situation|holders|oldest_waiter_seconds|failures_total)|auth_postgres_up)/ ||
  $1 ~ /^(hikaricp_connections_timeout_total|http_server_requests_seconds_count)/ {
    if (!($1 in known)) { known[$1]; order[++count] = $1 }
    value[$1, scrape] = $2 + 0
    if ($2 + 0 != 0) used[$1]
  }
  END {
    for (i = 1; i <= count; i++) {
      name = order[i]
      if (!(name in used)) continue
      line = ""; previous = ""; repeated = 0
      for (s = 1; s <= scrape + 1; s++) {
        current = s > scrape ? "end" : (name, s) in value ? value[name, s] : "_"
        if (s > 1 && current == previous) { repeated++; continue }
        if (s > 1) line = line " " previous (repeated ? "x" repeated : "")
        previous = current; repeated = 0
      }
      sub(/\{/, "{instance=\"a:4001\",job=\"auth\",", name)
      printf "      - series: %s\n        values:%s\n", name, line
    }
  }' "$scrapes"/*
