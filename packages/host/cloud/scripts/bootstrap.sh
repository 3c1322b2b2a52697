#!/bin/bash
# First boot: downloads Node and the agent from the account's bucket, verifies their hashes, and starts the agent.
# Retries until it succeeds. usage: bootstrap REGION BUCKET HOST
set -euo pipefail
if [[ $1 != --once ]]; then
  until "$0" --once "$@"; do sleep 5; done
  exit
fi
region=$2
bucket=$3
host=$4
base=/opt/metrics-link
metadata=http://169.254.169.254/latest
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

patient=(curl --silent --show-error --fail --retry 20 --retry-all-errors --retry-delay 1 --connect-timeout 5)

token=$("${patient[@]}" -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 900' "$metadata/api/token")
imds() { "${patient[@]}" -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/iam/security-credentials/$1"; }
credentials=$(imds "$(imds '')")
credential() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" <<<"$credentials"; }

# On standard input, to keep the credentials out of the process list.
fetch() {
  printf 'user = "%s:%s"\nheader = "x-amz-security-token: %s"\n' \
    "$(credential AccessKeyId)" "$(credential SecretAccessKey)" "$(credential Token)" |
    "${patient[@]}" --config - --aws-sigv4 "aws:amz:$region:s3" \
      --output "$2" "https://$bucket.s3.$region.amazonaws.com/$1"
}

fetch "releases/$host/bootstrap.txt" "$work/manifest"
mkdir -p "$base/tools" "$base/agent" "$base/packages"
while read -r what hash key inner; do
  fetch "$key" "$work/$what"
  echo "$hash  $work/$what" | sha256sum --check --quiet
  case $what in
    node)
      mkdir -p "$base/tools/node/$hash"
      tar --extract --gzip --no-same-owner --file "$work/node" --directory "$base/tools/node/$hash"
      # Before the link: otherwise a power cut may leave files of zeros.
      sync --file-system "$base"
      ln -sfn "$base/tools/node/$hash/$inner" "$base/bin/node"
      ;;
    agent)
      install -m 0644 "$work/agent" "$base/agent/$hash.mjs"
      sync --file-system "$base"
      ln -sfn "$base/agent/$hash.mjs" "$base/bin/agent.mjs"
      ;;
    # boot.sh installs packages: this unit may not.
    *) install -m 0644 "$work/$what" "$base/packages/$what.deb" ;;
  esac
done <"$work/manifest"

systemctl start metrics-link-agent.timer
systemctl start --no-block metrics-link-agent.service
