"""How long a connection may keep others waiting: clients whose requests trickle in, clients who do not read answers.

uvicorn waits for ever for the head of a first request, for bodies, and for whoever does not read what was sent; and it
keeps heads of any length. Each open connection is a file descriptor and what was written to it.
"""

import asyncio
from typing import Any, NamedTuple

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from server.draining import Draining
from server.limits.waiting import Waiting

MOST_HEAD = 64 * 1024
"""Bytes of a request before its body."""
MOST_WAITING = 400
"""Connections that have sent no whole head of a request, in one process: the oldest makes room for another."""
LEAST_RATE = 500
"""Bytes a second in which a body must come, where it takes long."""
TRY_AGAIN_LATER = 1013
_LAST_WORDS = 5.0
"""Seconds for a client who did not read to read why the socket is closed."""


class Patience(NamedTuple):
    """How long one waits, in seconds."""

    #: For the head of a request, and between two looks at whether its body comes.
    request: float = 10.0
    #: For a client to read on.
    unread: float = 30.0


class PatientHttp(HttpToolsProtocol):
    """HTTP/1.1, with patience."""

    patience = Patience()
    waiting: "Waiting[PatientHttp]"
    draining: Draining
    _due: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _in_head = True
    _address = ""
    _received = 0
    _answered: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the head of a request."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self.waiting.enter(self._address, self)
        self._expect(self._look_at_head, self.patience.request)

    @property
    def has_asked_nothing(self) -> bool:
        """Whether the first request is still to come."""
        return self._answered is None

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._settle()
        self.waiting.leave(self._address, self)
        self.resume_writing()
        self._forget_requests()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        if self.draining.begun:
            cycle.keep_alive = False  # what its client asks next, it asks another process
        super()._start_asgi_task(cycle, app)

    def _forget_requests(self) -> None:
        """Begin none of the requests that came behind the one at work, and tell that one that nobody listens.

        uvicorn tells the last that came, and works on the others as if somebody were there.
        """
        self.pipeline.clear()
        if self._answered is not None:
            self._answered.disconnected = True
            self._answered.message_event.set()

    def data_received(self, data: bytes) -> None:
        """Count what comes, and refuse a head that does not end."""
        self._received += len(data)
        super().data_received(data)
        if self._in_head and self._received > MOST_HEAD:
            self._cut()

    def on_message_begin(self) -> None:
        """Wait for the rest of the head."""
        self._in_head = True
        if self._due is None:
            self.waiting.enter(self._address, self)
            self._expect(self._look_at_head, self.patience.request)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Wait for the body, half as long again as whoever reads it whole."""
        self._in_head = False
        self.waiting.leave(self._address, self)
        self._settle()
        self._received = 0
        self._expect(self._look_at_body, 1.5 * self.patience.request)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait for nothing: it is the application's turn."""
        self._settle()
        self._received = 0
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over."""
        self._settle()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """Wait for the client to read on."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.patience.unread, self._cut)

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        if self.flow is not None:
            super().resume_writing()

    def _look_at_head(self) -> None:
        """Go on where nothing is read of a request that came while another is at work."""
        self._due = None
        if not self.flow.read_paused:
            self._cut()
            return
        self._expect(self._look_at_head, self.patience.request)

    def _look_at_body(self) -> None:
        """Go on while bytes come, or while it is the application that takes none."""
        self._due = None
        seconds = 1.5 * self.patience.request
        if not self.flow.read_paused and self._received < LEAST_RATE * seconds:
            self._cut()
            return
        self._received = 0
        self._expect(self._look_at_body, seconds)

    def _expect(self, otherwise: Any, seconds: float) -> None:
        self._due = self.loop.call_later(seconds, otherwise)

    def _settle(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _cut(self) -> None:
        self.transport.abort()

    def dismiss(self) -> None:
        """Make room for another connection."""
        self._cut()


class PatientSocket(WebSocketsSansIOProtocol):
    """WebSockets, with patience."""

    patience = Patience()
    _unread: asyncio.TimerHandle | None = None
    _gave_up = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Wait less long than uvicorn for clients to say goodbye: those who never began never do."""
        super().__init__(*args, **kwargs)
        self.close_timeout = 3.0

    def pause_writing(self) -> None:
        """Wait for the client to read on. Nothing more is sent meanwhile."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self.patience.unread, self._give_up)

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        if not self._gave_up:
            self._forget()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._forget()
        super().connection_lost(exc)

    async def send(self, message: Any) -> None:
        """Send; to a client who was given up as to one who has gone."""
        try:
            await super().send(message)
        except RuntimeError:
            if self._gave_up:
                raise ClientDisconnected from None
            raise
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = (
                True  # with an answer, which uvicorn would log as a fault of the application
            )

    def _give_up(self) -> None:
        """Say why, in case the client reads again, and end the application's part; then cut."""
        self._gave_up = True
        if not self.close_sent and self.conn.state is State.OPEN:
            code, reason = TRY_AGAIN_LATER, "Messages are not read"
            self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
            self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self._unread = self.loop.call_later(_LAST_WORDS, self.transport.abort)

    def _forget(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


def with_patience(
    patience: Patience, draining: Draining | None = None
) -> tuple[type[PatientHttp], type[PatientSocket]]:
    """Give the protocols that uvicorn speaks, with this patience; `draining` says when the process is about to stop."""

    class Http(PatientHttp):
        pass

    class Socket(PatientSocket):
        pass

    Http.patience = Socket.patience = patience
    Http.draining = draining or Draining()
    Http.waiting = Waiting(MOST_WAITING, MOST_WAITING, PatientHttp.dismiss)
    return Http, Socket
