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
  node buildspec/run-packer.mjs "$log" "$PACKER" "$@"
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
