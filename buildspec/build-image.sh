#!/usr/bin/env bash
# Builds the image and records its ID in the outcome.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/packer.sh

WATCHED_TOKEN="$TOKEN" run_packer image build "${variables[@]}" packer/ || fail_as build image

image="$(node buildspec/image-id.mjs "$RUN_DIR/manifest.json")" ||
  fail unknown "Packer succeeded, but its manifest names no image"
outcome IMAGE_ID "$image"
printf 'The image is %s\n' "$image"
