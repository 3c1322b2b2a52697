#!/bin/bash
# At each boot: installs the Debian packages that the first visit to the bucket has fetched and checked.
set -euo pipefail
packages=/opt/metrics-link/packages
# Comes back once there is an agent; at once when there is one already.
systemctl start metrics-link-bootstrap.service
for package in "$packages"/*.deb; do
  [[ -e $package ]] || continue
  DEBIAN_FRONTEND=noninteractive dpkg --install "$package" </dev/null
  rm "$package"
done
