#!/bin/bash
# Runs the host's agent. Commands that change the host run one at a time: the lock is held by descriptor 9 until the
# agent ends.
set -euo pipefail
# Whoever can open the lock can hold it.
umask 0077
base=/opt/metrics-link
case ${1-} in
  converge | run)
    exec 9>/run/metrics-link-agent.lock
    if ! flock --timeout "${METRICS_LINK_LOCK_SECONDS:-300}" 9; then
      echo "busy: timed out waiting for another run of the agent to end"
      exit 75
    fi
    ;;
esac
# The agent replaces these two links when a release has another Node or agent.
# --jitless: without a compiler, writable memory is never executable. A run without changes takes the same time.
exec "$base/bin/node" --jitless --use-system-ca "$base/bin/agent.mjs" "$@"
