"""The AWS of the local stack: moto with the features it lacks, on the stack's clock, on a free port of 127.0.0.1.

Prints its place as one line of JSON on standard output and ends when its standard input does, so that no emulator outlives the process that
started it. With `--nursery` it prints a port and starts an emulator for each connection instead (see nursery.py).
"""

import argparse
import json
import os
import signal
import sys

os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--clock", help="file with the stack's offset from real time in milliseconds")
    arguments.add_argument("--region")
    arguments.add_argument("--nursery", action="store_true")
    options = arguments.parse_args()
    # Ctrl-C reaches the whole process group, but the process that started this one still needs it to clean up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if options.nursery:
        import nursery

        nursery.run()
    else:
        import server

        print(json.dumps(server.start(options.clock, options.region)), flush=True)
        sys.stdin.buffer.read()
        # Long polls may still wait in their threads. Nothing is worth waiting for.
        os._exit(0)


main()
