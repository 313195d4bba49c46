#!/bin/sh
# Starts nginx, whose own errors name the origins of CORS_ORIGINS as the service's answers do: each becomes a line of a map in nginx.conf.
set -euf
export LC_ALL=C
origins=$(printf %s "${CORS_ORIGINS:-}" | tr -d ' \t' | tr , '\n' | sort -u)
for origin in $origins; do
  case $origin in
    '*') origins='*' ;;
    *[!][a-z0-9:/._-]*)
      printf 'CORS_ORIGINS must be origins such as https://example.org, or *, got %s\n' "$origin" >&2
      exit 1
      ;;
  esac
done
for origin in $origins; do
  [ "$origin" = '*' ] && key=default || key=$origin
  printf '"%s" "%s";\n' "$key" "$origin"
done > /tmp/cors-origins.map
exec nginx -g 'daemon off;' "$@"
