#!/usr/bin/env bash
# prove-image.sh IMAGE: boots the image, checks it and tags it with the result. Without a result it sets no tag.
set -euo pipefail
. buildspec/address.sh
. buildspec/outcome.sh
. buildspec/packer.sh
. buildspec/records.sh
. buildspec/reports.sh

image="$1" status=0 imds_support=""

# The build may have begun hours ago.
admit_own_address
run_packer proof build "${variables[@]}" -var "image_id=$image" packer/proof/ || status=$?

# The machine of a proof demands IMDSv2 in any case; nodes do so because of the image.
if [[ "$status" == 0 ]]; then
  # Not 2>&1: a warning of the AWS CLI is no part of the answer.
  imds_support="$(aws ec2 describe-images --image-ids "$image" --query 'Images[0].ImdsSupport' --output text \
    2>"$RUN_DIR/aws-errors.log")" || fail unproved "$image could not be described: $(<"$RUN_DIR/aws-errors.log")"
fi

verdict="$(node buildspec/proof.mjs "$status" "$RUN_DIR/proof.log" "$RUN_DIR/reports/proof.json" "$imds_support")"
# A passed proof has neither class nor cause: these lines are then missing.
{ read -r proof; read -r class; read -r cause; } <<<"$verdict" || true

[[ "$proof" == passed ]] || keep_last_lines proof
# Without a report the machine was silent, and that is evidence only if it admitted this container.
[[ "$proof" != failed || -e "$RUN_DIR/reports/proof.json" ]] || require_admitted_address
if [[ -n "$proof" ]]; then
  # There is no report of a machine that Packer could not connect to.
  [[ ! -e "$RUN_DIR/reports/proof.json" ]] || put_report "$image" proof.json
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
