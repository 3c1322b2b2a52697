#!/bin/bash
# Drains Envoy before its unit stops it. usage: drain-envoy ADMIN_SOCKET
# New connections are refused at once, and clients retry. Open connections are closed with their next answer. Ends when
# none is left or none has had a request for a while, after at most 5 s.
set -euo pipefail
socket=$1
ask() { curl --silent --show-error --fail --max-time 2 --unix-socket "$socket" "http://envoy/$2" --request "$1"; }
now() { echo "${EPOCHREALTIME/[.,]/}"; }

ask POST healthcheck/fail >/dev/null
ask POST drain_listeners >/dev/null
start=$(now)
last=''
changed=$start
until (($(now) - start > 5000000)); do
  # Only the link's listeners: Prometheus scrapes Envoy's metrics all the time.
  stats=$(ask GET 'stats?filter=^(listener.(ingest|egress)|http.(egress|elsewhere|sender_.*)).downstream_(cx_active|rq_active|rq_total)$' --globoff)
  if ! grep --quiet cx_active <<<"$stats"; then
    echo "Envoy reports no listener of the link: requests in flight are cut off" >&2
    exit 1
  fi
  if ! grep --quiet 'cx_active: [1-9]' <<<"$stats"; then exit; fi
  if [[ $stats != "$last" ]] || grep --quiet 'rq_active: [1-9]' <<<"$stats"; then
    last=$stats
    changed=$(now)
  fi
  # Longer than the pause between two batches with a scrape interval of one second.
  if (($(now) - changed > 1200000)); then exit; fi
  sleep 0.02
done
echo "requests are still in flight after 5 s: they are cut off" >&2
