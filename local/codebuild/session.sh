# shellcheck shell=bash
# One shell for all of a build's commands, so that a variable set by one is there for the next. Takes file names on descriptor 3
# and runs each as a part of this shell; then a line of the session's mark ($1) and the exit status tells that it is done.
exec 2>&1
# Waits for the running command, which got its TERM too, so that nobody is left to collect.
trap 'exit 143' TERM
mark="$1"
shift
while IFS= read -r -u 3 file; do
  # shellcheck disable=SC1090 # the build's own commands
  . "$file" </dev/null 3<&-
  printf '%s %s\n' "$mark" "$?"
done
