"""A TCP proxy of our own that cuts a connection between COMMIT and its answer; ports that never answer."""

import socket
import threading


class CuttingProxy:
    """Passes everything on until told to cut: then the next answer to a commit is never seen.

    The commit itself reaches the server, which carries it out: its outcome is unknown to the
    client. The words are looked for in clear text, so the link must be without TLS.
    """

    def __init__(self, target: tuple[str, int], words: tuple[bytes, ...] = (b"COMMIT", b"commit")):
        self.target = target
        self.words = words
        self.cuts = 0
        self.is_hole = False
        self._wanted = 0
        self._lock = threading.Lock()
        self._links: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_next(self, count: int = 1) -> None:
        """The next `count` commits lose their answers."""
        with self._lock:
            self._wanted += count

    def cut_all(self) -> None:
        """Every link there is, now."""
        with self._lock:
            links = list(self._links)
        for link in links:
            _shut(link)

    def become_hole(self) -> None:
        """Ends every link; new ones are taken and nobody answers, until lead_on()."""
        self.is_hole = True
        self.cut_all()

    def lead_on(self) -> None:
        self.is_hole = False
        self.cut_all()

    def close(self) -> None:
        self._listener.close()
        self.cut_all()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.is_hole:
                with self._lock:
                    self._links.add(client)
                continue
            try:
                server = socket.create_connection(self.target, timeout=10)
                server.settimeout(None)
            except OSError:
                client.close()
                continue
            for link in (client, server):
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._links |= {client, server}
            doomed = threading.Event()
            for source, sink, is_request in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass, args=(source, sink, is_request, doomed),
                                 daemon=True).start()

    def _pass(self, source, sink, is_request, doomed) -> None:
        before = b""
        try:
            while part := source.recv(65536):
                if is_request:
                    # The word may lie across two reads.
                    if any(word in before + part for word in self.words):
                        self._doom(doomed)
                    before = part[-16:]
                elif doomed.is_set():
                    break  # The answer to the commit has come; nobody hears it.
                sink.sendall(part)
        except OSError:
            pass
        finally:
            for link in (source, sink):
                _shut(link)
            with self._lock:
                self._links -= {source, sink}

    def _doom(self, doomed: threading.Event) -> None:
        with self._lock:
            if self._wanted and not doomed.is_set():
                self._wanted -= 1
                self.cuts += 1
                doomed.set()


class BlackHole:
    """A port where nobody answers: connections come about and stay silent, or do not come about."""

    def __init__(self, drops: bool):
        """With `drops` the kernel answers no SYN, as a firewall does."""
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0 if drops else 128)
        self.port = self._listener.getsockname()[1]
        self._fillers: list[socket.socket] = []
        while drops and self._fill():
            pass

    def _fill(self) -> bool:
        """Whether one more connection came about."""
        filler = socket.socket()
        self._fillers.append(filler)
        filler.settimeout(0.5)
        try:
            filler.connect(("127.0.0.1", self.port))
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        for each in [*self._fillers, self._listener]:
            each.close()


def _shut(link: socket.socket) -> None:
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    link.close()
