# shellcheck shell=bash
# One shell for all commands of a build, so that a variable set by one command is there for the next. It reads file names from descriptor 3,
# runs each file as a part of this shell, and then prints a line with the session's mark ($1) and the exit status.
exec 2>&1
mark="$1"
shift

# The process that opened the session holds descriptor 4. If the descriptor ends without a line, that process is gone, and the watchdog ends
# this process group, which contains packer and its plugins. The watchdog has its own group (-m) and is not a job of this shell, so that
# `wait` ignores it.
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
