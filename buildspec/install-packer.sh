#!/usr/bin/env bash
# install-packer.sh PIN DIRECTORY: prints the path of exactly the Packer that PIN names: the one on the PATH if it is that
# version, else HashiCorp's archive, unpacked into DIRECTORY once its SHA-256 is the pinned one.
set -euo pipefail
. buildspec/outcome.sh

pin="$1" directory="$2"

line="$(grep -v '^#' "$pin" || true)"
[[ "$line" =~ ^([0-9a-f]{64})\ \ (packer_([0-9]+\.[0-9]+\.[0-9]+)_linux_amd64\.zip)$ ]] ||
  fail checksum "$pin names no SHA-256 for an archive of Packer"
sha256="${BASH_REMATCH[1]}" archive="${BASH_REMATCH[2]}" version="${BASH_REMATCH[3]}"

# Amazon Linux has another `packer`, of cracklib, which reads its standard input.
found="$(type -P packer || true)"
if [[ -n "$found" && "$("$found" version </dev/null 2>/dev/null | head -n 1)" == "Packer v$version" ]]; then
  printf 'Packer %s is there: %s\n' "$version" "$found" >&2
  printf '%s\n' "$found"
  exit
fi

url="${PACKER_RELEASE_URL-}/packer/$version/$archive"
status="$(curl --silent --show-error --location --globoff --proto '=http,https' --retry 3 --max-time 600 \
  --output "$directory/$archive" --write-out '%{http_code}' -- "$url")" ||
  fail download "$url cannot be downloaded"
case "$status" in
  200) ;;
  # Nobody will put it there: the address is wrong (policies.packerReleaseUrl).
  404 | 410) fail template "$url does not exist (HTTP $status)" ;;
  *) fail download "$url cannot be downloaded (HTTP $status)" ;;
esac
received="$(sha256sum "$directory/$archive" | cut -d ' ' -f 1)"
[[ "$received" == "$sha256" ]] || fail checksum "$url has the SHA-256 $received, pinned is $sha256"
unzip -q -o "$directory/$archive" packer -d "$directory" >&2
chmod +x "$directory/packer"
printf 'Packer %s is installed: SHA-256 %s\n' "$version" "$sha256" >&2
printf '%s\n' "$directory/packer"
