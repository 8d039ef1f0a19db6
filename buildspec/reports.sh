# shellcheck shell=bash
# Where an image's reports are kept: for as long as the image itself, and readable when it is long gone.

# put_report IMAGE NAME: from where Packer brought it to. Ends the script if it cannot: the proof can be made up for later.
put_report() {
  local key="reports/$1/$2" answer
  answer="$(AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=8 aws s3api put-object --bucket "$BUCKET" --key "$key" \
    --body "$RUN_DIR/reports/$2" --content-type application/json 2>&1)" ||
    fail unproved "s3://$BUCKET/$key could not be written: $answer"
}
