#!/usr/bin/env bash
# prove-image.sh IMAGE: boots the image, checks it and tags it with the result. Without a result it sets no tag.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/packer.sh
. buildspec/records.sh
. buildspec/reports.sh

image="$1" status=0

run_packer proof build "${variables[@]}" -var "image_id=$image" packer/proof/ || status=$?

verdict="$(node buildspec/proof.mjs "$status" "$RUN_DIR/proof.log" "$RUN_DIR/reports/proof.json")"
# A passed proof has neither class nor cause: these lines are then missing.
{ read -r proof; read -r class; read -r cause; } <<<"$verdict" || true

[[ "$proof" == passed ]] || keep_last_lines proof
if [[ -n "$proof" ]]; then
  # There is no report of a machine that Packer could not connect to.
  [[ ! -e "$RUN_DIR/reports/proof.json" ]] || put_report "$image" proof.json
  # Before the tags, which count only with the record.
  put_record "$image" "$proof"
  answer="$(aws ec2 create-tags --resources "$image" --tags \
    "Key=eks-windows-images:proof,Value=$proof" \
    "Key=eks-windows-images:proved-at,Value=$(date -u +%Y-%m-%dT%H:%M:%SZ)" 2>&1)" ||
    fail unproved "$image could not be tagged with its proof ($proof): $answer"
  outcome PROOF "$proof"
fi
[[ "$proof" == passed ]] || fail "$class" "$cause"
printf 'The image %s is proved\n' "$image"
