#!/usr/bin/env bash
# install-packer.sh PIN DIRECTORY: prints the path of exactly the Packer that PIN names: the one on the PATH if it is that
# version, else HashiCorp's archive, unpacked into DIRECTORY once its SHA-256 is the pinned one.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/release-archive.sh

pin="$1" directory="$2"

read_pin "$pin" packer

# Amazon Linux has another `packer`, of cracklib, which reads its standard input.
found="$(type -P packer || true)"
if [[ -n "$found" && "$("$found" version </dev/null 2>/dev/null | head -n 1)" == "Packer v$version" ]]; then
  printf 'Packer %s is there: %s\n' "$version" "$found" >&2
  printf '%s\n' "$found"
  exit
fi

unpack_pinned packer packer "$directory"
chmod +x "$directory/packer"
printf 'Packer %s is installed: SHA-256 %s\n' "$version" "$sha256" >&2
printf '%s\n' "$directory/packer"
