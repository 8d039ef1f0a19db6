# shellcheck shell=bash
# One shell for all of a build's commands, so that a variable set by one is there for the next. Takes file names on descriptor 3
# and runs each as a part of this shell; then a line of the session's mark ($1) and the exit status tells that it is done.
exec 2>&1
# Waits for the running command, which got its TERM too, so that nobody is left to collect.
trap 'exit 143' TERM
mark="$1"
shift

# Whoever opened the session holds descriptor 4. When it ends without a line, nobody is left to end this process group, which
# packer and its plugins are in. The watchdog has a group of its own (-m) and is no job of this shell's, so that `wait` passes it over.
set -m
(IFS= read -r -u 4 || kill -KILL -- "-$$") </dev/null >/dev/null 2>&1 3<&- &
disown
set +m
exec 4<&-

while IFS= read -r -u 3 file; do
  # shellcheck disable=SC1090 # the build's own commands
  . "$file" </dev/null 3<&-
  printf '%s %s\n' "$mark" "$?"
done
