#!/usr/bin/env bash
# Makes what deploy/compose.yaml mounts, in deploy/secrets/ or the folder that is named: an authority for
# one year, certificates of nodes, database and proxy, and a password of the database. What is there is
# left alone. Run it as root: the files get a group that only containers have. The root key is made by `keyturn root create`, which is asked for at the end.
set -euo pipefail
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"
umask 077

ec() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

if [ ! -e ca.pem ]; then
  ec ca.key
  openssl req -x509 -new -key ca.key -days 365 -subj '/CN=Keyturn of this machine' -out ca.pem \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign
fi

# certificate NAME SUBJECT-ALTERNATIVE-NAMES
certificate() {
  [ ! -e "$1.pem" ] || return 0
  ec "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -days 365 -extfile "$1.ext" -out "$1.pem" 2>/dev/null
  rm -f "$1.csr" "$1.ext"
}
certificate node DNS:keyturn,DNS:keyturn-1,DNS:keyturn-2,DNS:keyturn-3,DNS:localhost,IP:127.0.0.1
certificate postgres DNS:postgres
if [ ! -e proxy.pem ]; then
  certificate proxy DNS:localhost,IP:127.0.0.1
  cat proxy.key >>proxy.pem
  rm -f proxy.key
fi
[ -e store-password ] || openssl rand -hex 24 | tr -d '\n' >store-password

# Compose mounts files as they are, so that the group of the containers' users has to be able to read
# them. A root key that everybody may read is refused.
protect() {
  chgrp 10001 "$@"
  chmod 640 "$@"
}
protect ./*.pem node.key postgres.key store-password
if [ -e root.key ]; then
  protect root.key
else
  echo "Now make the root key, once, keep a copy of it elsewhere, and run this again:"
  echo "  keyturn root create --root-key $PWD/root.key"
fi
