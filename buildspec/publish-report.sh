#!/usr/bin/env bash
# publish-report.sh IMAGE: uploads the guest's reports and tags the image with a summary.
set -euo pipefail
. buildspec/outcome.sh
. buildspec/reports.sh

image="$1" reports="$RUN_DIR/reports"

tags="$(node buildspec/report.mjs "$reports/report.json" "$reports/tests.json" 2>"$RUN_DIR/report.log")" ||
  fail provision "$image: $(tail -n 1 "$RUN_DIR/report.log")"
put_report "$image" report.json
put_report "$image" tests.json
answer="$(aws ec2 create-tags --resources "$image" --tags "$tags" 2>&1)" ||
  fail unproved "$image could not be tagged with its summary: $answer"
printf 'The reports of %s are kept, its tags: %s\n' "$image" "$tags"
