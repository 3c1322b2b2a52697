#!/bin/sh
# Says whether the exporter on this machine keeps strangers out. usage: check.sh PORT
set -eu
port=${1:?usage: check.sh PORT}
wrong=0
# What curl says when a handshake fails: 35, 55, 56 or 92. 7 is that nothing listens.
refused() {
  what=$1
  shift
  code=0
  curl --silent --insecure --max-time 5 --output /dev/null "$@" "https://127.0.0.1:$port/metrics" || code=$?
  case $code in
    35 | 55 | 56 | 92) echo "ok      refuses $what" ;;
    7) echo "FAILED  nothing listens on port $port" && wrong=1 ;;
    *) echo "FAILED  does not refuse $what (curl ended with $code)" && wrong=1 ;;
  esac
}
refused "a client without a certificate"
refused "TLS 1.2" --tls-max 1.2
own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=stranger \
  -keyout "$own/key.pem" -out "$own/certificate.pem" 2>/dev/null
refused "a certificate of a stranger" --cert "$own/certificate.pem" --key "$own/key.pem"
code=0
curl --silent --max-time 5 --output /dev/null "http://127.0.0.1:$port/metrics" --write-out '%{http_code}' >"$own/status" || code=$?
if [ "$(cat "$own/status")" = 200 ]; then
  echo "FAILED  answers in clear" && wrong=1
else
  echo "ok      does not answer in clear"
fi
exit "$wrong"
