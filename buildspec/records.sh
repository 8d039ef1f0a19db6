# shellcheck shell=bash
# Records of what CodeBuild, and no guest, has found out about an image. Whoever may tag an image can write any tag, but
# only this role may write these objects. They are empty: their keys say everything (functions/domain/records.ts).

# put_record IMAGE made|passed|failed: exits as unproved on failure. What follows from the record must not happen then.
put_record() {
  local key="records/proofs/$1/$2-$TOKEN-$IDENTITY" answer
  answer="$(AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=8 aws s3api put-object --bucket "$BUCKET" --key "$key" 2>&1)" ||
    fail unproved "s3://$BUCKET/$key could not be written: $answer"
}

# put_place_record IMAGE PLACE passed|failed: the same of a proof in a place.
put_place_record() {
  local key="records/place-proofs/$1/$2_$3-$TOKEN" answer
  answer="$(AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=8 aws s3api put-object --bucket "$BUCKET" --key "$key" 2>&1)" ||
    fail unproved "s3://$BUCKET/$key could not be written: $answer"
}

# put_measure IMAGE start-<milliseconds>|size-<bytes>: only says so on failure, because a measure decides nothing about
# the image itself.
put_measure() {
  local key="records/measures/$1/$2-$TOKEN" answer
  answer="$(AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=8 aws s3api put-object --bucket "$BUCKET" --key "$key" 2>&1)" ||
    printf 's3://%s/%s could not be written, so this measure is missing: %s\n' "$BUCKET" "$key" "$answer" >&2
}

# require_made IMAGE: exits unless a record says that a build made the image with the identity of this order, or that a
# person has adopted it. Otherwise a copy with copied tags could be proved like an image of this service.
require_made() {
  local place answer
  for place in "records/proofs/$1/made-" "records/adoptions/$1/"; do
    # Not 2>&1: a warning of the AWS CLI is no key.
    answer="$(aws s3api list-objects-v2 --bucket "$BUCKET" --prefix "$place" --query 'Contents[].Key' --output text \
      2>"$RUN_DIR/aws-errors.log")" ||
      fail unproved "s3://$BUCKET/$place cannot be listed: $(<"$RUN_DIR/aws-errors.log")"
    [[ ! "$answer" =~ -"$IDENTITY"($|[[:space:]]) ]] || return 0
  done
  fail unproved "no record says that this service made $1 from these inputs: it is forged, a copy or from before records (npm run adopt)"
}
