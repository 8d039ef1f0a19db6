#!/usr/bin/env bash
# prove-image.sh IMAGE: boots the image, checks it and tags it with the result. Without a result it sets no tag. A proof
# that has passed also records how long the start took; if that was long, the image is booted once more.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/address.sh
. buildspec/packer.sh
. buildspec/records.sh
. buildspec/reports.sh
. buildspec/starts.sh

image="$1" proof="" class="" cause=""
report="$RUN_DIR/reports/proof.json"

# The build may have begun hours ago.
admit_own_address
boot proof

[[ "$proof" == passed ]] || keep_last_lines proof
# Without a report the machine was silent, and that is evidence only if it admitted this container.
[[ "$proof" != failed || -e "$report" ]] || require_admitted_address
[[ "$proof" != passed ]] || measure_start
if [[ -n "$proof" ]]; then
  # There is no report of a machine that Packer could not connect to.
  [[ ! -e "$report" ]] || put_report "$image" proof.json
  # What counts is the record; the tags are for people.
  put_record "$image" "$proof"
  answer="$(aws ec2 create-tags --resources "$image" --tags \
    "Key=eks-windows-images:proof,Value=$proof" \
    "Key=eks-windows-images:proved-at,Value=$(date -u +%Y-%m-%dT%H:%M:%SZ)" 2>&1)" ||
    printf '%s could not be tagged with its proof (%s): %s\n' "$image" "$proof" "$answer" >&2
  outcome PROOF "$proof"
fi
[[ "$proof" == passed ]] || fail "$class" "$cause"
printf 'The image %s is proved\n' "$image"
