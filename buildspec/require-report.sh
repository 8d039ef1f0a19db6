#!/usr/bin/env bash
# require-report.sh IMAGE: stops unless the bucket has the image's report. The build may have ended before its upload,
# and an image without a record of its contents must not be proved.
set -euo pipefail
. buildspec/outcome.sh

image="$1"
answer="$(aws s3api head-object --bucket "$BUCKET" --key "reports/$image/report.json" 2>&1)" ||
  fail unproved "s3://$BUCKET/reports/$image/report.json cannot be read, and an image without its report is not proved: $answer"
