#!/bin/sh
# sources.sh NAME...: brings each library's source, with Debian's patches, into $SOURCES/NAME. It is Debian 13's (trixie) whatever
# Debian this runs on, and apt checks every file against the signed index. The machine's own package lists are not touched.
# ALLOW_OLDER=0 refuses where the mirror does not hold the newest version.
set -eu

SUITE=trixie
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts" "$SOURCES"
sed -e "s/bookworm/$SUITE/g" -e 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > "$apt/parts/debian.sources"
cat > "$apt/apt.conf" <<END
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/parts";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Sandbox::User "root";
END
export APT_CONFIG="$apt/apt.conf"

# The newest version whose archives the mirror has: a mirror may list a security update before it holds its files. The .dsc is not
# needed (the index names and signs the archives), and is what mirrors lack most often.
download() {
  for version in $(apt-cache madison "$1" | cut -d'|' -f2 | sort -rVu); do
    rm -rf "$apt/files"
    mkdir "$apt/files"
    (cd "$apt/files" && apt-get source -qq --download-only --fix-missing "$1=$version" 2> "$apt/errors") || true
    rm -f "$apt"/files/*.FAILED # what apt calls a file that is not the one of the index
    if ls "$apt/files"/*.orig.tar.* > /dev/null 2>&1 && ls "$apt/files"/*.debian.tar.* > /dev/null 2>&1; then
      echo "$1 $version"
      return
    fi
    [ "${ALLOW_OLDER:-1}" = 1 ] || break
    echo "WARNING: the mirror does not hold the archives of $1 $version; trying an older version" >&2
  done
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
}

apt-get update -qq -o APT::Update::Error-Mode=any
for name in "$@"; do
  download "$name"
  unpack "$name"
done
