#!/bin/bash
# Makes the data volume ready to be mounted. usage: data-volume DEVICE MOUNT_POINT LINK
# The device may come minutes after the boot: EC2 attaches it to a running instance. A blank one gets a file system; one
# with anything on it is never formatted, but checked, and its file system grown if the volume has become larger.
set -euo pipefail
device=$1
mount_point=$2
link=$3

until [[ -b $device ]]; do sleep 0.2; done
# A .mount unit that names a device of /dev waits for udev to announce it, 90 seconds at most. A link it takes as it is.
ln -sfn "$device" "$link"
if mountpoint --quiet "$mount_point"; then exit; fi

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

# After a power cut this replays the journal; a clean file system is not looked into.
check() {
  local code=0
  e2fsck -p "$@" "$device" || code=$?
  # 1 is "errors corrected" (e2fsck(8)).
  if ((code > 1)); then
    echo "$device has errors that need a person (e2fsck's exit code $code); it is not mounted" >&2
    exit 1
  fi
}
check
blocks() { dumpe2fs -h "$device" 2>/dev/null | sed -n "s/^$1: *//p"; }
if (($(blockdev --getsize64 "$device") - $(blocks 'Block count') * $(blocks 'Block size') >= 1 << 20)); then
  # resize2fs wants a file system that was looked into.
  check -f
  resize2fs "$device"
fi
