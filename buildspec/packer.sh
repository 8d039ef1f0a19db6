# shellcheck shell=bash
# How the scripts run Packer; $PACKER is its path.

# shellcheck disable=SC2034 # for those who source this
variables=(
  -var-file="$RUN_DIR/deployment.json"
  -var-file="$RUN_DIR/variables.json"
  -var-file="$RUN_DIR/address.json"
  -var "manifest_path=$RUN_DIR/manifest.json"
  -var "output_dir=$RUN_DIR/reports"
)

# run_packer NAME ARGUMENT…: the output goes on and to $RUN_DIR/NAME.log.
run_packer() {
  local log="$RUN_DIR/$1.log"
  shift
  stoppable node buildspec/run-packer.mjs "$log" "$PACKER" "$@"
}

# keep_last_lines NAME: of $RUN_DIR/NAME.log, for those who are told.
keep_last_lines() {
  outcome FAILURE_LINES "$(node buildspec/failure-lines.mjs "$RUN_DIR/$1.log")"
}

# fail_as STAGE NAME: ends the script with what $RUN_DIR/NAME.log says about the failure.
fail_as() {
  local verdict
  keep_last_lines "$2"
  verdict="$(node buildspec/classify.mjs "$1" "$RUN_DIR/$2.log")"
  fail "${verdict%%$'\n'*}" "${verdict#*$'\n'}"
}

# stoppable COMMAND…: a TERM for this shell reaches the command, which is then waited for. Bash would put the trap off until a
# command in the foreground has ended, and Packer needs its TERM to delete instance, key pair and security group.
stoppable() {
  local child="" stopped="" status=0
  trap 'stopped=yes; [[ -z "$child" ]] || kill -TERM "$child" 2>/dev/null || true' TERM
  "$@" &
  child=$!
  [[ -z "$stopped" ]] || kill -TERM "$child" 2>/dev/null || true
  wait "$child" || status=$?
  while kill -0 "$child" 2>/dev/null; do
    status=0
    wait "$child" || status=$?
  done
  trap - TERM
  return "$status"
}
