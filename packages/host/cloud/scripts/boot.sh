#!/bin/bash
# What cloud-init runs at each boot. All of it may be done again: a first boot that was cut off is made up for.
set -euo pipefail
packages=/opt/metrics-link/packages
mount='var-lib-metrics\x2dlink.mount'

# Systems Manager is the only way in, from the first moment on.
systemctl mask --now --quiet ssh.service ssh.socket
systemctl restart systemd-sysctl.service
systemctl daemon-reload
systemctl enable --quiet "$mount" metrics-link-bootstrap.service metrics-link-agent.timer
# The volume is attached once the instance runs, which may be after this.
systemctl start --no-block "$mount"
# Comes back once there is an agent; at once when there is one already.
systemctl start metrics-link-bootstrap.service

# What the first visit to the bucket has fetched and checked. Something else may be at dpkg's lock for a while.
for package in "$packages"/*.deb; do
  [[ -e $package ]] || continue
  tries=1
  until DEBIAN_FRONTEND=noninteractive dpkg --install "$package" </dev/null; do
    ((tries++ < 12)) || exit 1
    sleep 5
  done
  rm "$package"
done
