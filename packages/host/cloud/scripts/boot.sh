#!/bin/bash
# Run by cloud-init at each boot. Everything can be repeated, so that an interrupted first boot is completed.
set -euo pipefail
packages=/opt/metrics-link/packages
mount='var-lib-metrics\x2dlink.mount'

# Systems Manager is the only way in, right from the start. apt reaches no mirror from here. Stopped first, since a timer that is
# masked while it runs counts as failed; a pattern may match nothing.
systemctl stop 'ssh.*' 'apt-daily*.timer'
systemctl mask --now --quiet ssh.service ssh.socket apt-daily.timer apt-daily-upgrade.timer
systemctl restart systemd-sysctl.service
systemctl daemon-reload
systemctl enable --quiet "$mount" metrics-link-bootstrap.service metrics-link-agent.timer
# EC2 attaches the volume to the running instance, maybe later than this.
systemctl start --no-block "$mount"
# Returns once there is an agent.
systemctl start metrics-link-bootstrap.service

# Packages that the bootstrap has downloaded and verified. Another process may hold dpkg's lock for a while.
for package in "$packages"/*.deb; do
  [[ -e $package ]] || continue
  tries=1
  until DEBIAN_FRONTEND=noninteractive dpkg --install "$package" </dev/null; do
    ((tries++ < 12)) || exit 1
    sleep 5
  done
  rm "$package"
done
