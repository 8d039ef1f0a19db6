#!/usr/bin/env bash
# prove-place.sh IMAGE: boots home's IMAGE in the place that build.sh has checked, where it has another ID, and checks it.
# What that finds out counts in the place only: home's image gets neither a tag nor a record of its own proof.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/address.sh
. buildspec/packer.sh
. buildspec/records.sh
. buildspec/reports.sh
. buildspec/starts.sh

there="$RUN_DIR/place" proof="" class="" cause="" answer=""
place="$(<"$there/name")" image="$(<"$there/image")"
report="$RUN_DIR/reports/proof.json"

# EC2 is called by the place's role. S3 keeps the role of this build.
export AWS_CONFIG_FILE="$there/config"
printf '[profile place]\ncredential_process = bash buildspec/place-credentials.sh\n' >"$AWS_CONFIG_FILE"
packer_access=(-var profile=place)
cli_access=(--profile place --region "$(<"$there/region")")

# Packer's plugin does not say why it gets no credentials (1.8.2, access_config.go).
if ! answer="$(aws sts get-caller-identity "${cli_access[@]}" 2>&1)"; then
  class=unproved
  [[ "$answer" != *AccessDenied* ]] || class=refused
  fail "$class" "the role of the place $place cannot be assumed: $answer"
fi

admit_own_address
boot proof

[[ "$proof" == passed ]] || keep_last_lines proof
# As at home (prove-image.sh).
[[ "$proof" != failed || -e "$report" ]] || require_admitted_address
if [[ -n "$proof" ]]; then
  [[ ! -e "$report" ]] || put_report "$1" proof.json "proof-$place.json"
  put_place_record "$1" "$place" "$proof"
  outcome PROOF "$proof"
fi
[[ "$proof" == passed ]] || fail "$class" "$cause"
printf 'The image %s, here %s, is proved in %s\n' "$1" "$image" "$place"
