#!/usr/bin/env bash
# Validates every template of this run, so that a mistake in the proof appears before the image is built.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/packer.sh

# check NAME FOLDER ARGUMENT…
check() {
  local name="$1" folder="$2"
  shift 2
  run_packer "validate-$name" validate "${variables[@]}" "$@" "$folder" || fail_as validate "validate-$name"
}

if [[ "$PURPOSE" == harvest ]]; then
  check harvest packer/harvest/
  exit
fi
[[ "$PURPOSE" =~ ^prove ]] || check image packer/
# Any image ID will do: Packer does not look it up here.
check proof packer/proof/ -var image_id=ami-00000000
