#!/bin/bash
# Prepares the data volume for its mount. usage: data-volume DEVICE MOUNT_POINT LINK
# The device may appear minutes after the boot: EC2 attaches it to the running instance. A blank volume gets an ext4 file
# system; any other is never formatted: its ext4 is checked, and grown if the volume is larger.
set -euo pipefail
device=$1
mount_point=$2
link=$3
leave() {
  echo "$device $1; it is not changed and not mounted" >&2
  exit 1
}

until [[ -b $device ]]; do sleep 0.2; done
# A .mount unit that names a device of /dev waits for udev for at most 90 seconds; it takes a link as it is.
ln -sfn "$device" "$link"
if mountpoint --quiet "$mount_point"; then exit; fi

# blkid does not know every signature: a blank volume begins and ends with zeros.
blank() {
  cmp --quiet --bytes=$((64 << 20)) "$device" /dev/zero &&
    tail --bytes=$((1 << 20)) "$device" | cmp --quiet --bytes=$((1 << 20)) - /dev/zero
}
found=0
type=$(blkid --probe --match-tag TYPE --output value "$device") || found=$?
case $found in
  0) [[ $type == ext4 ]] || leave "contains ${type:-a partition table}, not ext4" ;;
  2)
    blank || leave "contains something that blkid does not know"
    mkfs.ext4 -q -m 1 -L metrics-link "$device"
    ;;
  *) leave "contains several signatures, or cannot be read (blkid's exit code $found)" ;;
esac

# After a power cut this replays the journal; it skips a clean file system.
check() {
  local code=0
  e2fsck -p "$@" "$device" || code=$?
  # 1 is "errors corrected" (e2fsck(8)).
  if ((code > 1)); then leave "has errors that need manual repair (e2fsck's exit code $code)"; fi
}
check
blocks() { dumpe2fs -h "$device" 2>/dev/null | sed -n "s/^$1: *//p"; }
if (($(blockdev --getsize64 "$device") - $(blocks 'Block count') * $(blocks 'Block size') >= 1 << 20)); then
  # resize2fs requires a full check first.
  check -f
  resize2fs "$device"
fi
