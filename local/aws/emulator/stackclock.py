"""The stack's time in this process, from the file that every part of the stack reads."""

import os
from datetime import datetime, timedelta, timezone

import time_machine


class StackClock:
    def __init__(self, file: str) -> None:
        self.file = file
        self.version: tuple[int, int] | None = None
        self.travel: time_machine.Traveller | None = None

    def follow(self) -> None:
        """Jumps if the file has changed since the last call. Called before every request."""
        status = os.stat(self.file)
        version = (status.st_mtime_ns, status.st_ino)
        if version == self.version:
            return
        with open(self.file, encoding="ascii") as opened:
            offset = timedelta(milliseconds=int(opened.read()))
        self.version = version
        if self.travel is None:
            self.travel = time_machine.travel(datetime.now(timezone.utc) + offset, tick=True).start()
        else:
            real = datetime.fromtimestamp(time_machine.escape_hatch.time.time(), timezone.utc)
            self.travel.move_to(real + offset, tick=True)
