#!/bin/sh
# build.sh NAME: builds one library from $SOURCES/NAME, with the settings of NAME.cmake, into $PREFIX: archives of
# position-independent code that a shared object may swallow (Debian's own archives are not), headers, licence, version, suite.
# TARGETARCH=arm64 (Debian's name, and Docker's) compiles for that kind of machine on another one, by cross.cmake.
# EXTRA_FLAGS go to the compiler, EXTRA_SETTINGS to CMake, after ours.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
case $(uname -m) in x86_64) own=amd64 ;; aarch64) own=arm64 ;; *) own=$(uname -m) ;; esac
export TARGETARCH="${TARGETARCH:-$own}"
toolchain=
if [ "$TARGETARCH" != "$own" ]; then
  if [ "$TARGETARCH" != arm64 ]; then
    echo "TARGETARCH must be arm64, or $own, which is this machine, got \"$TARGETARCH\"" >&2
    exit 2
  fi
  if ! command -v aarch64-linux-gnu-g++ > /dev/null; then
    echo "aarch64-linux-gnu-g++ is missing. Run: apt-get install crossbuild-essential-arm64 protobuf-compiler" >&2
    exit 1
  fi
  toolchain="-DCMAKE_TOOLCHAIN_FILE=$here/cross.cmake"
  export CHOST=aarch64-linux-gnu # read by zlib's configure
  export PKG_CONFIG_LIBDIR="$PREFIX/lib/pkgconfig" # by default it names this machine's libraries
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-ffunction-sections -fdata-sections ${EXTRA_FLAGS:-}"
export CFLAGS="$flags" CXXFLAGS="$flags"

by_cmake() {
  cmake -G Ninja -S "$SOURCES/$1" -B "$work" $toolchain -C "$here/$1.cmake" --log-level=NOTICE \
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
    -DCMAKE_PREFIX_PATH="$PREFIX" -DCMAKE_FIND_LIBRARY_SUFFIXES=.a \
    -DCMAKE_INSTALL_PREFIX="$PREFIX" -DCMAKE_INSTALL_LIBDIR:STRING=lib ${EXTRA_SETTINGS:-}
  cmake --build "$work" --target install
}

# Debian's source of zlib lacks files that its CMake project names.
by_configure() {
  cp -r "$SOURCES/$1/." "$work"
  cd "$work"
  CFLAGS="-O3 -fPIC $CFLAGS" ./configure --static --prefix="$PREFIX"
  make install
}

if [ -f "$here/$1.cmake" ]; then build=by_cmake; else build=by_configure; fi
$build "$1" > "$work/log" 2>&1 || { tail -60 "$work/log"; exit 1; }

licence="$PREFIX/share/licences/$1"
mkdir -p "$licence"
cp "$SOURCES/$1/debian/copyright" "$SOURCES/$1/debian/suite" "$licence"
head -1 "$SOURCES/$1/debian/changelog" | cut -d' ' -f1,2 > "$licence/version"
