"""A line to the model's server that is cut at its deadline, whatever it is waiting for.

A time limit on a socket is one on each read: a server that drips a byte at a time would hold it for ever. So a timer
shuts the socket itself, which ends any connecting, greeting or reading at once.
"""

import http.client
import socket
import ssl
import threading
from ipaddress import ip_address
from time import monotonic
from types import TracebackType

from xinglin.hospital.interop.language_model.address import Address, is_forbidden, is_near


class Line:
    """A connection for the length of a `with` block. `late`: the deadline came first."""

    def __init__(self, address: Address, deadline: float) -> None:
        """`deadline`: in seconds of the monotonic clock."""
        self._address, self._deadline = address, deadline
        self._late = threading.Event()
        self._socket: socket.socket | None = None
        self._guard = threading.Lock()
        self._watch = threading.Timer(max(0.0, deadline - monotonic()), self._cut)
        self._watch.daemon = True

    @property
    def late(self) -> bool:
        """Whether the line was cut at its deadline."""
        return self._late.is_set() or monotonic() >= self._deadline

    def __enter__(self) -> http.client.HTTPConnection:
        """The connection, open. Raises OSError, TimeoutError."""
        self._watch.start()
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        connection = http.client.HTTPConnection(self._address.host, self._address.port)
        connection.sock = (
            self._socket
        )  # An open socket is used as it is: no other address, no proxy of the environment.
        return connection

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _open(self) -> None:
        address = self._address
        trouble: OSError = ConnectionRefusedError()
        for family, kind, protocol, _, place in socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM):
            if not _allowed(str(place[0]), address):
                continue
            try:
                self._hold(socket.socket(family, kind, protocol)).connect(place)
            except OSError as wrong:
                trouble = wrong
                continue
            return self._greet()
        raise trouble

    def _greet(self) -> None:
        """Speak TLS where the address says so. The socket is known to the timer before the greeting begins."""
        if self._address.secure and self._socket is not None:
            context = ssl.create_default_context()
            secure = context.wrap_socket(
                self._socket, server_hostname=self._address.host, do_handshake_on_connect=False
            )
            self._hold(secure)
            secure.do_handshake()

    def _hold(self, made: socket.socket) -> socket.socket:
        with self._guard:
            if self._socket is not None:
                self._socket.close()
            self._socket = made
        made.settimeout(self._deadline - monotonic() if not self.late else 0.001)
        return made

    def _cut(self) -> None:
        self._late.set()
        with self._guard:
            if self._socket is None:
                return
            try:
                # Of the plain socket: the secure one's own would first put its state aside under a reader's hands.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return  # It was not connected, or closed in the same moment.

    def _close(self) -> None:
        self._watch.cancel()
        with self._guard:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


def _allowed(number: str, address: Address) -> bool:
    """Whether a name may stand for this number: one that passes for the house's must not lead out of it."""
    found = ip_address(number.partition("%")[0])
    return not is_forbidden(found) and (address.outside or is_near(found))
