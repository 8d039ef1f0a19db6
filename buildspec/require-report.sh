#!/usr/bin/env bash
# require-report.sh IMAGE: stops unless the image's report is kept. Its build may have ended before it was, and an image of which nobody can
# say what is in it must not become a proved one.
set -euo pipefail
. buildspec/outcome.sh

image="$1"
answer="$(aws s3api head-object --bucket "$BUCKET" --key "reports/$image/report.json" 2>&1)" ||
  fail unproved "s3://$BUCKET/reports/$image/report.json cannot be read, and without its report no image is proved: $answer"
