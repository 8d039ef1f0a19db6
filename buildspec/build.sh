#!/usr/bin/env bash
# Runs a build from its received source to a proved image or a harvest. Values of variables are data here: they go into
# files or single arguments, and no shell evaluates them a second time.
set -euo pipefail

: "${RUN_DIR:?}"
BUILD_BEGAN="$(date +%s)"
export BUILD_BEGAN
. buildspec/outcome.sh
. buildspec/records.sh
begin_outcome
trap 'fail_if_silent "the build ended without stating a cause; see its log"' EXIT

[[ "${PURPOSE-}" =~ ^(build|prove|harvest|prove-place)$ ]] ||
  fail unknown "PURPOSE is \"${PURPOSE-}\"; allowed: build, prove, harvest, prove-place"
[[ "${TOKEN-}" =~ ^[0-9a-f]{64}$ ]] || fail unknown "TOKEN is \"${TOKEN-}\"; allowed: a SHA-256 in hex"
[[ "${BUCKET-}" =~ ^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$ ]] || fail unknown "BUCKET is \"${BUCKET-}\"; allowed: the name of a bucket"
if [[ "$PURPOSE" != build ]]; then
  [[ "${IMAGE_ID-}" =~ ^ami-[0-9a-f]{8,17}$ ]] || fail unknown "IMAGE_ID is \"${IMAGE_ID-}\"; allowed: the ID of an image"
fi
if [[ "$PURPOSE" != harvest ]]; then
  [[ "${IDENTITY-}" =~ ^[0-9a-f]{64}$ ]] || fail unknown "IDENTITY is \"${IDENTITY-}\"; allowed: a SHA-256 in hex"
fi
if [[ "$PURPOSE" == prove-place ]]; then
  node buildspec/place.mjs "$RUN_DIR/place" 2>"$RUN_DIR/place.log" || fail unknown "$(<"$RUN_DIR/place.log")"
fi
# A harvest makes no image.
[[ ! "$PURPOSE" =~ ^prove ]] || outcome IMAGE_ID "$IMAGE_ID"

bash buildspec/check-recipe.sh
if [[ "$PURPOSE" =~ ^prove ]]; then
  require_made "$IMAGE_ID"
  bash buildspec/require-report.sh "$IMAGE_ID"
fi
PACKER="$(bash buildspec/install-packer.sh buildspec/packer.sha256 "$RUN_DIR")"
export PACKER
PACKER_PLUGIN_PATH="$(bash buildspec/install-plugin.sh buildspec/packer-plugin-amazon.sha256 "$RUN_DIR")"
export PACKER_PLUGIN_PATH
bash buildspec/write-variables.sh

bash buildspec/check-templates.sh
case "$PURPOSE" in
  harvest) bash buildspec/harvest-image.sh "$IMAGE_ID" ;;
  prove-place) bash buildspec/prove-place.sh "$IMAGE_ID" ;;
  prove) bash buildspec/prove-image.sh "$IMAGE_ID" ;;
  build)
    bash buildspec/build-image.sh
    image="$(<"$RUN_DIR/outcome/IMAGE_ID")"
    # In this order, because a proved image must have its report.
    bash buildspec/publish-report.sh "$image"
    bash buildspec/prove-image.sh "$image"
    ;;
esac
