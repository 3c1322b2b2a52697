#!/bin/bash
# What Envoy's unit runs before it stops Envoy. usage: drain-envoy ADMIN_SOCKET
# New connections are refused at once, which a client takes for an outage and tries again. Those that stand are told to
# go with their next answer. Done when none is left, or none has had a request for a while; after 5 s in any case.
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
  # Only what carries the link: Prometheus reads Envoy's own numbers all the time.
  stats=$(ask GET 'stats?filter=^(listener.(ingest|egress)|http.(egress|elsewhere|sender_.*)).downstream_(cx_active|rq_active|rq_total)$' --globoff)
  if ! grep --quiet cx_active <<<"$stats"; then
    echo "Envoy names no listener of the link; what is under way is cut off" >&2
    exit 1
  fi
  if ! grep --quiet 'cx_active: [1-9]' <<<"$stats"; then exit; fi
  if [[ $stats != "$last" ]] || grep --quiet 'rq_active: [1-9]' <<<"$stats"; then
    last=$stats
    changed=$(now)
  fi
  # Longer than the pause between two batches of a link that is scraped every second.
  if (($(now) - changed > 1200000)); then exit; fi
  sleep 0.02
done
echo "requests are still under way after 5 s; they are cut off" >&2
