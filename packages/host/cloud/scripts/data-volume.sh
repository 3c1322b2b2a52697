#!/bin/bash
# Prepares the data volume for its mount. usage: data-volume DISKS MOUNT_POINT LINK
# It is the one EBS volume besides the root disk, whatever its id, and EC2 may attach it minutes after the boot. A blank
# volume gets an ext4 file system; any other is never formatted: its ext4 is checked, and grown if the volume is larger.
set -euo pipefail
disks=$1
mount_point=$2
link=$3
leave() {
  echo "$device $1; nothing is changed, nothing mounted" >&2
  exit 1
}

# Only the root disk has partitions.
attached() {
  local disk
  for disk in "$disks"/nvme-Amazon_Elastic_Block_Store_vol*; do
    if [[ $disk =~ _vol[0-9a-f]+$ && -b $disk && ! -L $disk-part1 ]]; then echo "$disk"; fi
  done
}

until mapfile -t found < <(attached) && ((${#found[@]} > 0)); do sleep 0.2; done
device=${found[*]}
if ((${#found[@]} > 1)); then leave "could each be the data volume: detach the others"; fi
# A .mount unit that names a device of /dev waits for udev for at most 90 seconds; it takes a link as it is.
ln -sfn "$device" "$link"
if mountpoint --quiet "$mount_point"; then exit; fi

# blkid does not know every signature: a blank volume begins and ends with zeros.
blank() {
  cmp --quiet --bytes=$((64 << 20)) "$device" /dev/zero &&
    tail --bytes=$((1 << 20)) "$device" | cmp --quiet --bytes=$((1 << 20)) - /dev/zero
}
probed=0
type=$(blkid --probe --match-tag TYPE --output value "$device") || probed=$?
case $probed in
  0) [[ $type == ext4 ]] || leave "contains ${type:-a partition table}, not ext4" ;;
  2)
    blank || leave "contains something that blkid does not know"
    mkfs.ext4 -q -m 1 -L metrics-link "$device"
    ;;
  *) leave "contains several signatures, or cannot be read (blkid's exit code $probed)" ;;
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
