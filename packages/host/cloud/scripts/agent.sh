#!/bin/bash
# Runs the host's agent. What changes a host runs once at a time: the lock is the open descriptor 9, which dies with
# the agent.
set -euo pipefail
# Who can open the lock can hold it.
umask 0077
base=/opt/metrics-link
case ${1-} in
  converge | run)
    exec 9>/run/metrics-link-agent.lock
    if ! flock --timeout "${METRICS_LINK_LOCK_SECONDS:-300}" 9; then
      echo "busy: another run of the agent did not end in time"
      exit 75
    fi
    ;;
esac
# Which Node, which agent: links that the agent swaps when a release brings others.
# Without a compiler no memory that can be written is ever run; a run with nothing to do costs the same.
exec "$base/bin/node" --jitless --use-system-ca "$base/bin/agent.mjs" "$@"
