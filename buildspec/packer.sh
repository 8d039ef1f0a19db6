# shellcheck shell=bash
# Functions that run Packer; $PACKER is its path.

# shellcheck disable=SC2034 # used by the scripts that source this file
variables=(
  -var-file="$RUN_DIR/deployment.json"
  -var-file="$RUN_DIR/variables.json"
  -var-file="$RUN_DIR/address.json"
  -var "manifest_path=$RUN_DIR/manifest.json"
  -var "output_dir=$RUN_DIR/reports"
)

# run_packer NAME ARGUMENT…: also writes the output to $RUN_DIR/NAME.log.
run_packer() {
  local log="$RUN_DIR/$1.log"
  shift
  stoppable node buildspec/run-packer.mjs "$log" "$PACKER" "$@"
}

# keep_last_lines NAME: records the last lines of $RUN_DIR/NAME.log for the notification.
keep_last_lines() {
  outcome FAILURE_LINES "$(node buildspec/failure-lines.mjs "$RUN_DIR/$1.log")"
}

# fail_as STAGE NAME: exits with the failure that $RUN_DIR/NAME.log describes.
fail_as() {
  local verdict
  keep_last_lines "$2"
  verdict="$(node buildspec/classify.mjs "$1" "$RUN_DIR/$2.log")"
  fail "${verdict%%$'\n'*}" "${verdict#*$'\n'}"
}

# stoppable COMMAND…: passes a TERM of this shell on to the command and waits for it. Packer needs the TERM to delete
# instance, key pair and security group. Without this function Bash would delay the trap until the command in the
# foreground has ended.
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
