#!/bin/sh
# Prints the alerts of jmx-dashboards as a PrometheusRule: src/deploy/kubernetes/prometheus-rule.sh | kubectl apply -f -
set -eu
cat <<'HEAD'
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: auth
spec:
HEAD
sed 's/^/  /' "$(dirname "$0")/../../../jmx-dashboards/prometheus/auth-alerts.yml"
