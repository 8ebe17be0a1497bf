#!/usr/bin/env bash
# Prints the pool's numbers once per second, over one JMX connection.
#   jmx-dashboards/jmxterm/watch.sh [HOST:PORT [SECONDS [more arguments of jmxterm, as -u NAME -p PASSWORD]]]
set -euo pipefail
jar=${JMXTERM:-$(dirname "${BASH_SOURCE[0]}")/../../target/test-tools/jmxterm.jar}
address=${1:-127.0.0.1:9010}
seconds=${2:-60}
attributes=(CheckedOut Idle Overflow Waiting OldestWaitMillis Utilisation Timeouts)

ask() {
  for _ in $(seq "$seconds"); do
    echo "get -b app.rodmena.auth:type=Pool,name=auth -s ${attributes[*]}"
    sleep 1
  done
}

# jmxterm prints one value per line; collects one row of all attributes
rows() {
  local format='%-19s' row=() value
  format+=$(printf ' %%%ds' "${attributes[@]/*/16}")'\n'
  # shellcheck disable=SC2059  # the format is built above
  printf "$format" time "${attributes[@]}"
  while read -r value; do
    [ -n "$value" ] || continue
    row+=("$value")
    [ ${#row[@]} -eq ${#attributes[@]} ] || continue
    # shellcheck disable=SC2059
    printf "$format" "$(date +%Y-%m-%dT%H:%M:%S)" "${row[@]}"
    row=()
  done
}

ask | java -jar "$jar" -n -v silent -l "$address" "${@:3}" | rows
