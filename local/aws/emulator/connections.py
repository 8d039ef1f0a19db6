"""The connections of all clients, which break together when AWS restarts."""

import socket

from moto.moto_server.werkzeug_app import MotoRequestHandler

connections: set[socket.socket] = set()


class RequestHandler(MotoRequestHandler):
    """Keeps connections open: a client makes hundreds of calls."""

    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        connections.add(self.connection)

    def finish(self) -> None:
        connections.discard(self.connection)
        super().finish()


def break_others(own: socket.socket) -> int:
    """A call that is being handled takes effect, and nobody gets its answer. Returns how many connections broke."""
    others = [one for one in list(connections) if one is not own]
    for one in others:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The client has closed it meanwhile.
            continue
    return len(others)
