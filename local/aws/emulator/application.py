"""One request after another: follow the clock, then the stack's own endpoints, or moto with a record of the call."""

import contextlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

import control
from calls import Calls
from events import RecordedEvents
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from stackclock import StackClock

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Application:
    def __init__(self, clock: StackClock, lock: threading.RLock, events: RecordedEvents, region: str) -> None:
        self.clock = clock
        self.lock = lock
        self.events = events
        self.region = region
        self.calls = Calls()
        self.moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self.lock:
            self.clock.follow()
        if environ["PATH_INFO"].startswith("/stack/"):
            with self.lock:
                return control.answer(environ, start_response, self.calls, self.events, self.region)
        call = self.calls.begin(environ)
        # moto's models are plain dictionaries: one call at a time, but for those that wait for others.
        waits = call.service == "sns" or (call.service == "sqs" and call.operation == "ReceiveMessage")
        with contextlib.nullcontext() if waits else self.lock:
            return self.calls.finish(call, self.moto, environ, start_response)
