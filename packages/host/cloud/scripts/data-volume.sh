#!/bin/bash
# Makes the data volume ready to be mounted. usage: data-volume DEVICE MOUNT_POINT LINK
# The device may come minutes after the boot: EC2 attaches it to a running instance. A blank one gets a file system. One
# with anything on it is never formatted: its ext4 is checked, and grown if the volume has become larger.
set -euo pipefail
device=$1
mount_point=$2
link=$3
leave() {
  echo "$device $1; it is left as it is and not mounted" >&2
  exit 1
}

until [[ -b $device ]]; do sleep 0.2; done
# A .mount unit that names a device of /dev waits for udev to announce it, 90 seconds at most. A link it takes as it is.
ln -sfn "$device" "$link"
if mountpoint --quiet "$mount_point"; then exit; fi

# Not everything has a signature that blkid knows: blank is what begins and ends with nothing but zeros.
blank() {
  cmp --quiet --bytes=$((64 << 20)) "$device" /dev/zero &&
    tail --bytes=$((1 << 20)) "$device" | cmp --quiet --bytes=$((1 << 20)) - /dev/zero
}
found=0
type=$(blkid --probe --match-tag TYPE --output value "$device") || found=$?
case $found in
  0) [[ $type == ext4 ]] || leave "holds ${type:-a partition table}, not ext4" ;;
  2)
    blank || leave "holds something that blkid does not know"
    mkfs.ext4 -q -m 1 -L metrics-link "$device"
    ;;
  *) leave "holds more than one thing at once, or cannot be read (blkid's exit code $found)" ;;
esac

# After a power cut this replays the journal; a clean file system is not looked into.
check() {
  local code=0
  e2fsck -p "$@" "$device" || code=$?
  # 1 is "errors corrected" (e2fsck(8)).
  if ((code > 1)); then leave "has errors that need a person (e2fsck's exit code $code)"; fi
}
check
blocks() { dumpe2fs -h "$device" 2>/dev/null | sed -n "s/^$1: *//p"; }
if (($(blockdev --getsize64 "$device") - $(blocks 'Block count') * $(blocks 'Block size') >= 1 << 20)); then
  # resize2fs wants a file system that was looked into.
  check -f
  resize2fs "$device"
fi
