"""Handles each request: follows the clock, then answers the stack's own endpoints, or passes the call to moto and records it."""

import contextlib
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import control
import copies
import fast_launch
import organization
from calls import Call, Calls
from events import RecordedEvents
from failures import Failure, Hold, Rules
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from parameters import Validation
from stackclock import StackClock

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


# The caller is gone, so what it is answered does not matter.
LOST = Failure(code="RequestCanceled", message="the call was lost", status=503)


class Application:
    def __init__(
        self, clock: StackClock, lock: threading.RLock, events: RecordedEvents, validation: Validation, region: str
    ) -> None:
        self.clock = clock
        self.lock = lock
        self.calls = Calls()
        self.failures = Rules(Failure)
        self.holds = Rules(Hold)
        self.control = control.Control(self.calls, self.failures, self.holds, events, validation, region)
        self.moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self.lock:
            self.clock.follow()
            fast_launch.advance()
            copies.advance()
        if environ["PATH_INFO"].startswith("/stack/"):
            with self.lock:
                return self.control.answer(environ, start_response)
        call = self.calls.begin(environ)
        with self.lock:
            hold = self.holds.of(call)
        if hold and not hold.afterwards:
            hold.wait()
            if hold.lost:
                return self.calls.finish(call, partial(LOST.answer, call), environ, start_response)
        answer = self.answer(call, environ, start_response)
        if hold and hold.afterwards:
            hold.wait()
        return answer

    def answer(self, call: Call, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self.lock:
            failure = self.failures.of(call) or organization.denial(call)
        if failure and not failure.afterwards:
            return self.calls.finish(call, partial(failure.answer, call), environ, start_response)
        # moto's models are plain dictionaries, so calls run one at a time, except for calls that wait for others.
        waits = call.service == "sns" or (call.service == "sqs" and call.operation == "ReceiveMessage")
        with contextlib.nullcontext() if waits else self.lock:
            if failure:
                b"".join(self.moto(environ, lambda *_: None))
                return self.calls.finish(call, partial(failure.answer, call), environ, start_response)
            return self.calls.finish(call, self.moto, environ, start_response)
