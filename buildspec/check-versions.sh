#!/usr/bin/env bash
# Stops before anything is started if this build needs an artefact that nobody has pinned.
set -euo pipefail
. buildspec/outcome.sh

printf '%s' "${PACKER_VARIABLES-}" >"$RUN_DIR/ordered.json"
complaint="$(node buildspec/check-versions.mjs packer/versions.json "$RUN_DIR/ordered.json" 2>"$RUN_DIR/check-versions.log")" ||
  fail template "packer/versions.json cannot be checked: $(tail -n 1 "$RUN_DIR/check-versions.log")"
[[ -z "$complaint" ]] || fail template "$complaint"
