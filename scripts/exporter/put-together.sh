#!/bin/sh
# Writes web.json, by which the exporter answers, from web.template.json and private-key.pem of this folder, and from `users`
# (a line NAME:HASH each, as `htpasswd -nBC 12 NAME` prints) if it is there. Changes nothing if one of them cannot be used.
# Restarts the exporter only for another name or root of clients: open connections and session tickets outlive both. Run as root.
set -eu
umask 077
cd "$(dirname "$0")"
unit=metrics-link-exporter.service
fail() {
  echo "$1; web.json is as it was" >&2
  exit 1
}

trap 'rm -f certificate.pem web.json.new' EXIT
# JSON has each line of a PEM file behind a \n.
sed -n 's/^    "cert": "\(.*\)",$/\1/p' web.template.json | sed 's/\\n/\n/g' >certificate.pem
openssl x509 -in certificate.pem -noout -checkend 0 >/dev/null || fail "the certificate of web.template.json has expired"
# Encoded anew: without the text that some tools write around a key. The exporter cannot open one with a passphrase.
key=$(openssl pkey -in private-key.pem -passin pass:) || fail "private-key.pem is no private key without a passphrase"
test "$(openssl x509 -in certificate.pem -noout -pubkey)" = "$(openssl pkey -in private-key.pem -passin pass: -pubout)" ||
  fail "private-key.pem is not the key of the certificate in web.template.json"
users=''
if [ -e users ]; then
  # Without a line, nobody would be asked for a password.
  if ! [ -s users ] || ! [ -r users ] || grep -Evq '^[a-z][a-z0-9_-]{0,62}:[$]2[aby][$]1[0-3][$][./A-Za-z0-9]{53}$' users; then
    fail "users is not a file with lines NAME:HASH alone, each with a bcrypt hash of cost 10 to 13"
  fi
  users=$(sed 's/^\([^:]*\):\(.*\)$/"\1": "\2"/' users | paste -sd, -)
fi

KEY=$(echo "$key" | awk '{ printf "%s\\n", $0 }') USERS=$users awk '
  /^    "key": / { print "    \"key\": \"" ENVIRON["KEY"] "\","; next }
  /^}$/ && ENVIRON["USERS"] != "" { print "  ,\"basic_auth_users\": {" ENVIRON["USERS"] "}" }
  { print }
' web.template.json >web.json.new
chown --reference=private-key.pem web.json.new
chmod 0400 web.json.new
# Of the clients, one name a line, and their root.
admitted() { sed -n -e '/"client_ca":/p' -e '/"client_allowed_sans": \[/,/\]/p' "$1"; }
restart=no
if [ ! -e web.json ] || [ "$(admitted web.json)" != "$(admitted web.json.new)" ]; then restart=yes; fi
mv web.json.new web.json
if [ "$restart" = yes ] && systemctl is-active --quiet "$unit" 2>/dev/null; then
  systemctl restart "$unit"
  echo "web.json is written, and $unit restarted: it admits other clients now"
else
  echo "web.json is written"
fi
