#!/bin/bash
# Starts a program of Windows that outlives its starter and holds none of its streams open. Arguments: the name of its log
# in C:\windows-model, the program, and its arguments. Ends when the program has written to its log. Now and then Wine
# crashes before a program begins; then it is started again.
log=$WINEPREFIX/drive_c/windows-model/$1.log
shift
exec > /dev/null 2>&1 < /dev/null
# Bash itself reads this script by stream 255, which no program inherits.
for stream in /proc/$$/fd/*; do
  number=${stream##*/}
  [ "$number" -le 2 ] || [ "$number" = 255 ] || eval "exec $number>&-"
done

for _ in 1 2 3; do
  : > "$log"
  setsid wine "$@" >> "$log" 2>&1 &
  until [ -s "$log" ]; do
    kill -0 $! || break
    sleep 0.05
  done
  [ -s "$log" ] && exit
  wait $!
  # 128 + SIGSEGV. Whoever switches the machine off kills the program instead.
  [ $? = 139 ] || exit
done
