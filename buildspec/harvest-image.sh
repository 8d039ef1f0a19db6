#!/usr/bin/env bash
# harvest-image.sh IMAGE: boots AWS's image, whose guest uploads the files that AWS publishes nowhere else to the
# bucket. The image belongs to AWS and is neither changed nor tagged.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/packer.sh

image="$1"

WATCHED_TOKEN="$TOKEN" run_packer harvest build "${variables[@]}" packer/harvest/ || fail_as build harvest

# The guest writes the manifest last. Without a manifest of this recipe the service would order the harvest again and
# again.
manifest="harvest/$image/manifest.json"
answer="$(aws s3api get-object --bucket "$BUCKET" --key "$manifest" "$RUN_DIR/harvested.json" 2>&1)" ||
  fail unknown "the harvest of $image succeeded, but s3://$BUCKET/$manifest cannot be read: $answer"
summary="$(node buildspec/harvest.mjs "$RUN_DIR/harvested.json" "$RUN_DIR/variables.json" 2>"$RUN_DIR/harvest-check.log")" ||
  fail provision "s3://$BUCKET/$manifest cannot be used: $(tail -n 1 "$RUN_DIR/harvest-check.log")"
printf 'Harvested from %s: %s\n' "$image" "$summary"
