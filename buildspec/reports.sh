# shellcheck shell=bash
# Reports stay in the bucket after their image is deregistered.

# put_report IMAGE NAME [KEY]: uploads a report that Packer has downloaded, as KEY or under its name. Exits as unproved on failure, because the proof
# can be repeated.
put_report() {
  local key="reports/$1/${3-$2}" answer
  answer="$(AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=8 aws s3api put-object --bucket "$BUCKET" --key "$key" \
    --body "$RUN_DIR/reports/$2" --content-type application/json 2>&1)" ||
    fail unproved "s3://$BUCKET/$key could not be written: $answer"
}
