#!/usr/bin/env bash
# A run from its received source to a proved image. Values of variables are data here: they stand in files or in single
# arguments, and no shell reads them a second time.
set -euo pipefail

: "${RUN_DIR:?}"
. buildspec/outcome.sh
begin_outcome
trap 'fail_if_silent "the build ended without saying why; the log knows more"' EXIT

[[ "${PURPOSE-}" =~ ^(build|prove)$ ]] || fail unknown "PURPOSE is \"${PURPOSE-}\"; allowed: build, prove"
[[ "${TOKEN-}" =~ ^[0-9a-f]{64}$ ]] || fail unknown "TOKEN is \"${TOKEN-}\"; allowed: a SHA-256 in hex"
if [[ "$PURPOSE" == prove ]]; then
  [[ "${IMAGE_ID-}" =~ ^ami-[0-9a-f]{8,17}$ ]] || fail unknown "IMAGE_ID is \"${IMAGE_ID-}\"; allowed: the ID of an image"
  outcome IMAGE_ID "$IMAGE_ID"
fi

bash buildspec/check-recipe.sh
PACKER="$(bash buildspec/install-packer.sh buildspec/packer.sha256 "$RUN_DIR")"
export PACKER
bash buildspec/write-variables.sh

. buildspec/packer.sh
stoppable bash buildspec/check-templates.sh
if [[ "$PURPOSE" == build ]]; then
  stoppable bash buildspec/build-image.sh
fi
stoppable bash buildspec/prove-image.sh "$(<"$RUN_DIR/outcome/IMAGE_ID")"
