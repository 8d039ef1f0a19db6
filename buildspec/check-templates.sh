#!/usr/bin/env bash
# Installs the plugins and validates both templates, so that a mistake in the proof shows before the image is built.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/packer.sh

run_packer init-image init packer/ || fail_as init init-image
run_packer init-proof init packer/proof/ || fail_as init init-proof
run_packer validate-image validate "${variables[@]}" packer/ || fail_as validate validate-image
# Any image will do, it is not looked up.
run_packer validate-proof validate "${variables[@]}" -var image_id=ami-00000000 packer/proof/ ||
  fail_as validate validate-proof
