#!/bin/bash
# What Envoy's unit runs before it stops Envoy. usage: drain-envoy ADMIN_SOCKET
# Clients are told to go elsewhere, and requests that are under way get their answer: a few seconds at most.
set -euo pipefail
socket=$1
ask() { curl --silent --show-error --fail --max-time 2 --unix-socket "$socket" "http://envoy/$2" --request "$1"; }

ask POST healthcheck/fail >/dev/null
ask POST 'drain_listeners?graceful' >/dev/null
# Numbers of requests under way, one line each; the admin's own has this very question in it.
under_way() { ask GET 'stats?filter=downstream_rq_active' | sed -n '/^http\.admin\./!s/^http\..*: //p'; }
deadline=$((SECONDS + 5))
while ((SECONDS < deadline)); do
  if ! under_way | grep --quiet --invert-match '^0$'; then exit; fi
  sleep 0.05
done
echo "requests are still under way after 5 s; they are cut off"
