# shellcheck shell=bash
# What became of a run: one file a word in $RUN_DIR/outcome, which the buildspec exports when all is over.

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

# fail CLASS CAUSE: ends the script.
fail() {
  local cause="${2//[[:cntrl:]]/ }"
  cause="${cause//  / }"
  outcome FAILURE_CLASS "$1"
  outcome FAILURE_CAUSE "${cause:0:500}"
  printf '%s\n' "$cause" >&2
  exit 1
}

# In a trap on EXIT: a script of ours that ends badly has always given a class.
fail_if_silent() {
  local status=$?
  [[ "$status" == 0 || -s "$RUN_DIR/outcome/FAILURE_CLASS" ]] || fail unknown "$1"
}
