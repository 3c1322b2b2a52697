#!/bin/bash
# Mounts the data volume. usage: data-volume DEVICE MOUNT_POINT
# The device may come minutes after the boot: EC2 attaches it to a running instance. A blank one gets a file system;
# one with anything on it is never formatted.
set -euo pipefail
device=$1
mount_point=$2

until [[ -b $device ]]; do sleep 0.2; done

if ! mountpoint --quiet "$mount_point"; then
  found=0
  blkid --probe "$device" >/dev/null || found=$?
  case $found in
    0) ;;
    2) mkfs.ext4 -q -m 1 -L metrics-link "$device" ;;
    *)
      echo "blkid cannot tell what is on $device (exit code $found); it is left as it is" >&2
      exit 1
      ;;
  esac
  mkdir -p "$mount_point"
  mount -t ext4 -o noatime,nosuid,nodev,noexec "$device" "$mount_point"
fi
# A volume made larger grows its file system at the next boot.
resize2fs "$device" 2>&1
install -d -o prometheus -g prometheus -m 0750 "$mount_point/prometheus"
