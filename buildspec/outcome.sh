# shellcheck shell=bash
# The outcome of a run: one file per variable in $RUN_DIR/outcome. The buildspec exports them at the end.

begin_outcome() {
  mkdir -p "$RUN_DIR/outcome"
  outcome IMAGE_ID ""
  outcome PROOF ""
  outcome FAILURE_CLASS ""
  outcome FAILURE_CAUSE ""
  outcome FAILURE_LINES ""
}

# outcome NAME VALUE
outcome() {
  printf '%s' "$2" >"$RUN_DIR/outcome/$1"
}

# fail CLASS CAUSE: records the failure and exits.
fail() {
  local cause="${2//[[:cntrl:]]/ }"
  cause="${cause//  / }"
  outcome FAILURE_CLASS "$1"
  outcome FAILURE_CAUSE "${cause:0:500}"
  printf '%s\n' "$cause" >&2
  exit 1
}

# For a trap on EXIT: gives a failed run a class if no script has recorded one.
fail_if_silent() {
  local status=$?
  [[ "$status" == 0 || -s "$RUN_DIR/outcome/FAILURE_CLASS" ]] || fail unknown "$1"
}

# attempt COMMAND ARGUMENT…: runs a command that may fail. What it records of the failure is dropped.
attempt() {
  local status=0
  ("$@") || status=$?
  if [[ "$status" != 0 ]]; then
    outcome FAILURE_CLASS ""
    outcome FAILURE_CAUSE ""
  fi
  return "$status"
}
