#!/usr/bin/env bash
# Writes the documents that Packer gets as -var-file, and creates the directory for its downloads from the guest.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/address.sh

mkdir -p "$RUN_DIR/reports"
printf '%s' "${PACKER_DEPLOYMENT-}" >"$RUN_DIR/deployment.json"
printf '%s' "${PACKER_VARIABLES-}" >"$RUN_DIR/variables.json"
admit_own_address
