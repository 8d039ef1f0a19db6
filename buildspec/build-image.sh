#!/usr/bin/env bash
# Builds the image, records that it did, and writes its ID into the outcome.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/packer.sh
. buildspec/records.sh

WATCHED_TOKEN="$TOKEN" run_packer image build "${variables[@]}" packer/ || fail_as build image

image="$(node buildspec/image-id.mjs "$RUN_DIR/manifest.json")" ||
  fail unknown "Packer succeeded, but its manifest names no image"
outcome IMAGE_ID "$image"
# Before anything that could fail: without this record the image counts as forged.
put_record "$image" made
printf 'The image is %s\n' "$image"
