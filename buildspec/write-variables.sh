#!/usr/bin/env bash
# Writes the documents that Packer gets as -var-file, and creates the directory for its downloads from the guest.
set -euo pipefail
. buildspec/outcome.sh

mkdir -p "$RUN_DIR/reports"
printf '%s' "${PACKER_DEPLOYMENT-}" >"$RUN_DIR/deployment.json"
printf '%s' "${PACKER_VARIABLES-}" >"$RUN_DIR/variables.json"

if [[ -z "${ADDRESS_URL-}" ]]; then
  printf '{}' >"$RUN_DIR/address.json"
  exit
fi

# Outside a VPC the build instance admits this container's address only.
address="$(curl --fail --silent --show-error --location --globoff --proto '=http,https' --retry 3 --max-time 30 -- "$ADDRESS_URL")" ||
  fail connection "$ADDRESS_URL, which returns the build's own address, does not answer"
octet='(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
[[ "$address" =~ ^$octet\.$octet\.$octet\.$octet$ ]] ||
  fail connection "$ADDRESS_URL answered \"${address:0:100}\", which is not an IPv4 address"
printf '{ "temporary_security_group_source_cidrs": ["%s/32"] }' "$address" >"$RUN_DIR/address.json"
