#!/usr/bin/env bash
# Keeps one host running: starts it in its control groups, and again when it reboots. A process of its own, so that
# hosts outlive the program that started them.
# usage: supervise.sh HOST_DIRECTORY SUPERVISOR_GROUP
set -euo pipefail

directory=$1
echo $$ > "$2"

# systemd-nspawn's exit code when the system inside asked for a reboot (systemd-nspawn(1)).
readonly reboot=133

while :; do
  mapfile -d '' -t command < "$directory/command"
  (
    while read -r group; do echo "$BASHPID" > "$group"; done < "$directory/groups"
    exec "${command[@]}"
  ) < /dev/null >> "$directory/console.log" 2>&1 &
  echo $! > "$directory/nspawn.pid"
  code=0
  wait $! || code=$?
  rm -f "$directory/nspawn.pid"
  [[ $code == "$reboot" ]] || break
done

# 0: powered off from inside. Whoever stops a host from outside has left a note before.
if [[ $code == 0 && ! -e $directory/stopped ]]; then
  echo guest > "$directory/stopped"
fi
echo "systemd-nspawn ended with $code" >> "$directory/console.log"
