# shellcheck shell=bash
# Starts of an image, for prove-image.sh: boots it, and measures how long that takes. Uses its variables: image, report,
# and proof, class and cause, which say how the last boot ended. Sourced by prove-place.sh, too.

# Arguments by which Packer and the AWS CLI reach EC2 in a place; none at home.
packer_access=() cli_access=()

# boot NAME: boots the image and checks it. Packer's output is in $RUN_DIR/NAME.log, with times in NAME.times.
boot() {
  local status=0 imds_support="" verdict
  TIMES_FILE="$RUN_DIR/$1.times" run_packer "$1" build "${variables[@]}" "${packer_access[@]}" \
    -var "image_id=$image" packer/proof/ || status=$?

  # The machine of a proof demands IMDSv2 in any case; nodes do so because of the image.
  if [[ "$status" == 0 ]]; then
    # Not 2>&1: a warning of the AWS CLI is no part of the answer.
    imds_support="$(aws ec2 describe-images "${cli_access[@]}" --image-ids "$image" \
      --query 'Images[0].ImdsSupport' --output text 2>"$RUN_DIR/aws-errors.log")" || fail unproved "$image could not be described: $(<"$RUN_DIR/aws-errors.log")"
  fi

  verdict="$(node buildspec/proof.mjs "$status" "$RUN_DIR/$1.log" "$report" "$imds_support")"
  proof="" class="" cause=""
  # A passed proof has neither class nor cause: these lines are then missing.
  { read -r proof; read -r class; read -r cause; } <<<"$verdict" || true
}

# measure_start: records how long the boot `proof` took. If that is longer than SLOW_START_SECONDS, a cold disk or a busy
# host may be the reason: the image is then booted again, and the faster start counts. Only evidence against the image
# changes the result of its proof. The records are written before that of the proof, so whoever sees that sees them.
measure_start() {
  local limit="${SLOW_START_SECONDS-}"
  complete proof || return 0
  [[ -n "$limit" ]] || return 0
  if [[ ! "$limit" =~ ^[1-9][0-9]{0,5}$ ]]; then
    printf 'SLOW_START_SECONDS is "%s", not a number of seconds: no start is slow\n' "${limit:0:100}" >&2
    return 0
  fi
  ! node buildspec/measure.mjs slow "$report" "$limit" || boot_again "$limit"
}

# complete NAME: completes the start in the report of that boot, and records its measures.
complete() {
  local names name
  if ! names="$(node buildspec/measure.mjs start "$report" "$RUN_DIR/$1.times" "$RUN_DIR/deployment.json")"; then
    printf 'How long the start of %s took is not known: its measures cannot be read\n' "$image" >&2
    return 1
  fi
  while read -r name; do [[ -z "$name" ]] || put_measure "$image" "$name"; done <<<"$names"
}

# boot_again SECONDS
boot_again() {
  local first="$RUN_DIR/first-proof.json"
  printf 'The start of %s took longer than %s s. It is measured once more.\n' "$image" "$1"
  # Two proofs and a slow build could take longer than CodeBuild gives (infra/waits.ts).
  if (($(date +%s) - ${BUILD_BEGAN:-0} >= ${SECOND_PROOF_MINUTES:-0} * 60)); then
    printf 'There is no time left for that: the first start counts.\n'
    return
  fi
  mv "$report" "$first"
  if attempt admit_own_address && attempt second_boot && read_second; then
    [[ "$proof" != passed ]] || take_faster "$first"
    return
  fi
  printf 'The second boot has no result: the first start counts.\n'
  mv "$first" "$report"
  proof=passed class="" cause=""
}

# second_boot: boots again and keeps the result in a file. Exits with 1 if there is none. A machine that is silent this
# time is no evidence against an image whose checks have passed: its host may be the reason, as of the slow start.
second_boot() {
  boot again
  [[ -e "$report" ]] || return 1
  printf '%s\n%s\n%s\n' "$proof" "$class" "$cause" >"$RUN_DIR/again.verdict"
  [[ -n "$proof" ]]
}

read_second() {
  { read -r proof; read -r class; read -r cause; } <"$RUN_DIR/again.verdict"
  [[ "$proof" == passed ]] || keep_last_lines again
}

# take_faster FIRST: makes the report that of the faster start.
take_faster() {
  if complete again && node buildspec/measure.mjs faster "$1" "$report"; then return; fi
  mv "$1" "$report"
}
