#!/usr/bin/env bash
# install-plugin.sh PIN DIRECTORY: prints the folder, for PACKER_PLUGIN_PATH, of exactly the amazon plugin that PIN
# names: the one that Packer finds already, else HashiCorp's archive, installed below DIRECTORY once its SHA-256 is the
# pinned one. `packer init` would ask HashiCorp's own host, whatever the mirror.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/release-archive.sh

pin="$1" directory="$2"
source=github.com/hashicorp/amazon

read_pin "$pin" packer-plugin-amazon

found="$("$PACKER" plugins installed | grep -F "/$source/packer-plugin-amazon_v${version}_" | head -n 1 || true)"
if [[ -n "$found" ]]; then
  printf 'The amazon plugin %s is there: %s\n' "$version" "$found" >&2
  printf '%s\n' "${found%"/$source/"*}"
  exit
fi

pattern="packer-plugin-amazon_v${version}_x*_linux_amd64"
unpack_pinned packer-plugin-amazon "$pattern" "$directory"
# shellcheck disable=SC2206 # the pattern matches the one unpacked file
binary=("$directory"/$pattern)
chmod +x "${binary[0]}"
answer="$(PACKER_PLUGIN_PATH="$directory/plugins" "$PACKER" plugins install --path "${binary[0]}" "$source" 2>&1)" ||
  fail template "Packer cannot install the amazon plugin $version of $archive: $answer"
printf 'The amazon plugin %s is installed: SHA-256 %s\n' "$version" "$sha256" >&2
printf '%s\n' "$directory/plugins"
