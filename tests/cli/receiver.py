"""An MLLP receiver in a thread, that answers as it is told to."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from isthmus.protocols import mllp

Answer = Callable[[bytes], bytes | None]


def answering(code: str) -> Answer:
    def answer(message: bytes) -> bytes:
        control_id = message.split(b"|", 10)[9]
        return b"MSH|^~\\&|R|R|S|S|20260101||ACK|1|P|2.5.1\rMSA|%s|%s|the reason\r" % (code.encode(), control_id)

    return answer


@contextmanager
def receiver(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """(its address, what it has taken). `answer` gives the reply to a message; None closes the connection."""
    taken: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        decoder = mllp.Decoder()
        with (
            contextlib.suppress(OSError),
            tls.wrap_socket(connection, server_side=True) if tls else connection as connection,
        ):
            while data := connection.recv(65536):
                for item in decoder.feed(data):
                    assert isinstance(item, bytes)
                    taken.append(item)
                    reply = answer(item)
                    if reply is None:
                        return
                    connection.sendall(reply if reply.startswith(b"\x0b") else mllp.frame(reply))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}", taken
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
