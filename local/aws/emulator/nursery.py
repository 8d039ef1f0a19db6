"""Starts emulators on request, without the two seconds of processor time that loading moto takes.

Each connection to the printed port gets an emulator of its own, forked from this process, which has moto loaded already. The client sends
one line of JSON (`clock`, `region`, `log`) and receives the emulator's place as one line. The emulator ends when the client closes the
connection, the nursery when its standard input ends.
"""

import json
import os
import random
import select
import signal
import socket
import sys


def run() -> None:
    # Clients can connect, and wait, while moto is being loaded.
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    import server

    # The system collects the emulators that have ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            os._exit(0)
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            raise_emulator(connection, server)
        connection.close()


def raise_emulator(connection: socket.socket, server) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Without a new seed, all emulators would make up the same IDs.
    from moto.moto_api._internal import mock_random

    random.seed()
    mock_random.seed()
    try:
        with connection.makefile("rw") as client:
            order = json.loads(client.readline())
            log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            client.write(json.dumps(server.start(order["clock"], order["region"])) + "\n")
            client.flush()
            client.read()
    finally:
        os._exit(0)
