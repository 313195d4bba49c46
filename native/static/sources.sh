#!/bin/sh
# sources.sh NAME...: brings each library's source, with Debian's patches, into $SOURCES/NAME; $SOURCES/NAME/debian/suite says which
# suite it comes from. It is the newest of Debian 13 (trixie), whatever Debian this runs on. Where the mirror lists a version without
# holding all of its archives, the next older one of the suite is taken, then Debian 12's (bookworm), each with a warning. Every
# archive must have the hash that stands in the signed index. The machine's own package lists are not touched.
#   ALLOW_OLDER=0      refuses where the mirror does not hold the newest version
#   APT_SOURCES=FILE   names the mirror (deb822), instead of /etc/apt/sources.list.d/debian.sources; each bookworm and trixie in it
#                      stands for the suite that is asked for
set -eu

apt_sources=${APT_SOURCES:-/etc/apt/sources.list.d/debian.sources}
if ! [ -r "$apt_sources" ]; then
  echo "$apt_sources cannot be read: set APT_SOURCES to a file in deb822 format that names a mirror of Debian" >&2
  exit 1
fi
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$SOURCES"

# Those whose recipe builds Debian 12's version as well.
is_sound_of_bookworm() {
  case $1 in zlib | libjpeg-turbo | libpng1.6 | libwebp | tiff | protobuf | highway | opencv) ;; *) return 1 ;; esac
}

# From here on apt knows the sources of that suite alone.
use_suite() {
  suite=$1
  export APT_CONFIG="$apt/$suite/apt.conf"
  [ -e "$APT_CONFIG" ] && return
  mkdir -p "$apt/$suite/lists/partial" "$apt/$suite/cache/archives/partial" "$apt/$suite/parts"
  sed -e "s/bookworm/$suite/g; s/trixie/$suite/g; s/^Types:.*/Types: deb-src/" "$apt_sources" > "$apt/$suite/parts/debian.sources"
  cat > "$APT_CONFIG" <<END
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/$suite/parts";
Dir::State::lists "$apt/$suite/lists";
Dir::Cache "$apt/$suite/cache";
APT::Sandbox::User "root";
END
  apt-get update -qq -o APT::Update::Error-Mode=any
}

# "VERSION SHA256 FILE" for each archive of a library in the index. Signatures of upstream (.asc) are not looked at, and the .dsc is
# not needed: it is what mirrors lack most often.
list_archives() {
  apt-cache showsrc --only-source "$1" | awk '
    /^[^ ]/ { field = $1 }
    field == "Version:" { version = $2 }
    field == "Checksums-Sha256:" && /^ / && $3 !~ /\.(dsc|asc)$/ { print version, $1, $3 }' | sort -u
}

# Whether the archives of version $2 of $1 are in $apt/files now; those that are not stand in $apt/missing.
fetch() (
  rm -rf "$apt/files"
  mkdir "$apt/files"
  cd "$apt/files"
  apt-get source -qq --download-only --fix-missing "$1=$2" 2>> "$apt/errors" || true # it fails without the .dsc as well
  awk -v version="$2" '$1 == version { print $2 "  " $3 }' "$apt/archives" |
    sha256sum --check --quiet 2> /dev/null > "$apt/failed" && return
  sed 's/: FAILED.*//' "$apt/failed" > "$apt/missing"
  return 1
)

# Of the suite in use, the newest version that the mirror holds.
download_of_suite() {
  list_archives "$1" > "$apt/archives" 2>> "$apt/errors"
  for version in $(cut -d' ' -f1 "$apt/archives" | sort -rVu); do
    if fetch "$1" "$version"; then
      echo "$1 $version ($suite)"
      return
    fi
    echo "WARNING: of $1 $version ($suite) the mirror does not hold what it lists: $(xargs < "$apt/missing")" >&2
    [ "${ALLOW_OLDER:-1}" = 1 ] || return 1
  done
  return 1
}

download() {
  : > "$apt/errors"
  use_suite trixie
  if download_of_suite "$1"; then return; fi
  if [ "${ALLOW_OLDER:-1}" = 1 ] && is_sound_of_bookworm "$1"; then
    use_suite bookworm
    if download_of_suite "$1"; then
      echo "WARNING: $1 $version is Debian 12's, since nothing of Debian 13's can be had" >&2
      return
    fi
  fi
  echo "the archives of $1 cannot be had:" >&2
  cat "$apt/errors" >&2
  exit 1
}

# Format "3.0 (quilt)": the upstream archive, further ones in folders of their names, Debian's folder, its patches in order.
unpack() {
  target="$SOURCES/$1"
  rm -rf "$target"
  mkdir "$target"
  for archive in "$apt"/files/*.orig*.tar.*[!c]; do # not their signatures, .asc
    part=$(basename "$archive" | sed -n 's/.*\.orig-\(.*\)\.tar\..*/\1/p')
    mkdir -p "$target/$part"
    tar -xf "$archive" -C "$target/$part" --strip-components=1
  done
  tar -xf "$apt"/files/*.debian.tar.* -C "$target"
  sed -e 's/[[:space:]]*#.*//' -e '/^$/d' "$target/debian/patches/series" | while read -r name; do
    patch -d "$target" -p1 -s < "$target/debian/patches/$name"
  done
  echo "$suite" > "$target/debian/suite"
}

for name in "$@"; do
  download "$name"
  unpack "$name"
done
