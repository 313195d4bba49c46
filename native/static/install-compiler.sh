#!/bin/sh
# install-compiler.sh [PACKAGE...]: in the Dockerfile's stages, installs Debian's compiler for TARGETARCH where this machine is of another
# kind, and with it the packages named.
set -eu
[ "$TARGETARCH" = "$(dpkg --print-architecture)" ] && exit
if [ "$TARGETARCH" != arm64 ]; then
  echo "only arm64 is cross-compiled: for $TARGETARCH emulate all stages, by --build-arg BUILDPLATFORM=linux/$TARGETARCH" >&2
  exit 1
fi
apt-get update
apt-get install -y --no-install-recommends crossbuild-essential-arm64 "$@"
rm -rf /var/lib/apt/lists/*
