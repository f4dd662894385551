"""A net that loses, doubles and reorders datagrams, as often as it is told, from a seed."""
import random
import selectors
import socket
import threading
import time

HELD_S = 0.005  # what is held back goes after the next one, or then


class Lossy:
    """Stands before a UDP server.  The answers take the same net back to whoever asked."""

    def __init__(self, server, drop=0.2, double=0.2, reorder=0.2, seed=1):
        self.rates = drop, double, reorder
        self.random = random.Random(seed)
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.back.connect(server)
        self.client = None
        self.held = []  # (when, socket, datagram)
        self.counts = {"passed": 0, "dropped": 0, "doubled": 0, "reordered": 0}
        self.waker, self.stopper = socket.socketpair()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stopper.close()
        self.thread.join()
        for s in (self.front, self.back, self.waker):
            s.close()

    @property
    def endpoint(self):
        return f"udp://127.0.0.1:{self.front.getsockname()[1]}"

    def send(self, sock, datagram):
        self.counts["passed"] += 1
        try:
            if sock is self.back:
                sock.send(datagram)
            else:
                sock.sendto(datagram, self.client)
        except ConnectionError:
            pass  # nobody is there: lost as well

    def release(self, sock=None):
        """What was held back for that direction, or for long enough."""
        due = [h for h in self.held if h[1] is sock or h[0] <= time.monotonic()]
        self.held = [h for h in self.held if h not in due]
        for _, to, datagram in due:
            self.send(to, datagram)

    def carry(self, sock, datagram):
        drop, double, reorder = (self.random.random() < rate for rate in self.rates)
        if drop:
            self.counts["dropped"] += 1
            return
        if reorder:
            self.counts["reordered"] += 1
            self.held.append((time.monotonic() + HELD_S, sock, datagram))
        else:
            self.send(sock, datagram)
            self.release(sock)
        if double:
            self.counts["doubled"] += 1
            self.send(sock, datagram)

    def take(self, sock):
        try:
            if sock is self.front:
                datagram, self.client = sock.recvfrom(65536)
                self.carry(self.back, datagram)
            else:
                self.carry(self.front, sock.recv(65536))
        except ConnectionError:
            pass

    def run(self):
        with selectors.DefaultSelector() as selector:
            for sock in (self.front, self.back, self.waker):
                selector.register(sock, selectors.EVENT_READ)
            while True:
                ready = selector.select(HELD_S if self.held else None)
                for key, _ in ready:
                    if key.fileobj is self.waker:
                        return
                    self.take(key.fileobj)
                self.release()
