/// A client of HTTP/2 and of WebSockets over both versions of HTTP, as strict as the restart of a server needs it.
enum SecureLoadScript {
    static let text = #"""
        import json, os, socket, ssl, struct, sys, threading, time

        ADDRESS = ("127.0.0.1", int(os.environ["PORT"]))
        HOST, BEARER = os.environ["HOST"].encode(), os.environ["BEARER"].encode()
        TRUST = ssl.create_default_context(cafile=os.environ["ROOT"])
        TRUST.check_hostname = False
        stopping = threading.Event()
        lock = threading.Lock()
        report = {"requests": 0, "echoes": 0, "goodbyes": 0, "unread": 0, "failures": []}

        def count(name, more=1):
            with lock:
                report[name] += more

        def failed(what):
            with lock:
                if len(report["failures"]) < 20:
                    report["failures"].append(what)

        def connect(protocol):
            context = ssl.create_default_context(cafile=os.environ["ROOT"])
            context.check_hostname = False
            context.set_alpn_protocols([protocol])
            plain = socket.create_connection(ADDRESS, timeout=120)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            secure = context.wrap_socket(plain, server_hostname=HOST.decode().partition(":")[0])
            assert secure.selected_alpn_protocol() == protocol, secure.selected_alpn_protocol()
            return secure

        def exactly(source, size):
            got = b""
            while len(got) < size:
                piece = source.recv(size - len(got))
                if not piece:
                    raise EOFError("the connection ended")
                got += piece
            return got

        class HTTP2:
            """One connection; names of streams that the server will never answer are in `unread`."""
            def __init__(self):
                self.socket = connect("h2")
                self.next, self.last = 1, None
                # No dynamic table, no push, and room for whatever comes.
                settings = struct.pack(">HIHIHI", 1, 0, 2, 0, 4, 1 << 20)
                self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + self.frame(4, 0, 0, settings) + self.frame(8, 0, 0, struct.pack(">I", 1 << 30)))

            @staticmethod
            def frame(kind, flags, stream, payload):
                return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload

            def ask(self, fields, ends=True):
                block = b"".join(b"\0" + self.text(name) + self.text(value) for name, value in fields)
                stream, self.next = self.next, self.next + 2
                self.socket.sendall(self.frame(1, 5 if ends else 4, stream, block))
                return stream

            @staticmethod
            def text(value):
                size = len(value)
                if size < 127:
                    return bytes([size]) + value
                size -= 127
                head = b"\x7f"
                while size >= 128:
                    head += bytes([size & 127 | 128])
                    size >>= 7
                return head + bytes([size]) + value

            def read(self):
                """The next frame that is about a stream, or None after a GOAWAY."""
                while True:
                    head = exactly(self.socket, 9)
                    payload = exactly(self.socket, int.from_bytes(head[:3], "big"))
                    kind, flags, stream = head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF
                    if kind == 4 and not flags & 1:
                        self.socket.sendall(self.frame(4, 1, 0, b""))
                    elif kind == 6 and not flags & 1:
                        self.socket.sendall(self.frame(6, 1, 0, payload))
                    elif kind == 7:
                        self.last, code = struct.unpack(">II", payload[:8])
                        assert code == 0, f"GOAWAY with {code}"
                        return None
                    elif kind in (0, 1, 3):
                        return kind, flags, stream, payload

            @staticmethod
            def is_ok(block):
                # 200 is one byte of the static table; a change of the dynamic table's size may stand before it.
                while block and block[0] & 0xE0 == 0x20:
                    block = block[1:]
                return block[:1] == b"\x88"

        def requests():
            paths = (b"/api/v1/calls", b"/api/v1/users", b"/api/v1/calls?limit=1")
            number = 0
            while not stopping.is_set():
                connection, pending = HTTP2(), set()
                while True:
                    while not stopping.is_set() and connection.last is None and len(pending) < 4:
                        number += 1
                        pending.add(connection.ask([
                            (b":method", b"GET"), (b":scheme", b"https"), (b":path", paths[number % 3]), (b":authority", HOST),
                            (b"authorization", b"Bearer " + BEARER)]))
                        time.sleep(0.01)
                    if not pending:
                        break
                    frame = connection.read()
                    if frame is None:
                        gone = {stream for stream in pending if stream > connection.last}
                        count("unread", len(gone))
                        pending -= gone
                        continue
                    kind, flags, stream, payload = frame
                    if kind == 3:
                        code = int.from_bytes(payload, "big")
                        if stream in pending:
                            pending.discard(stream)
                            # REFUSED_STREAM says that it was not read.
                            count("unread") if code == 7 else failed(f"stream reset with {code}")
                        continue
                    if kind == 1 and not HTTP2.is_ok(payload):
                        failed(f"answer {payload[:20]!r}")
                    if flags & 1:
                        pending.discard(stream)
                        count("requests")
                connection.socket.close()

        class Plain:
            """A WebSocket's bytes over HTTP/1.1."""
            def __init__(self):
                self.socket = connect("http/1.1")
                self.socket.sendall(
                    b"GET /api/v1/realtime HTTP/1.1\r\nHost: " + HOST + b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    b"Sec-WebSocket-Protocol: bearer." + BEARER + b"\r\n\r\n")
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += exactly(self.socket, 1)
                assert head.startswith(b"HTTP/1.1 101 "), head[:200]
            def send(self, data):
                self.socket.sendall(data)
            def exactly(self, size):
                return exactly(self.socket, size)

        class Stream:
            """A WebSocket's bytes over HTTP/2 (RFC 8441)."""
            def __init__(self):
                self.connection, self.data, self.ended = HTTP2(), b"", False
                self.socket = self.connection.socket
                self.stream = self.connection.ask([
                    (b":method", b"CONNECT"), (b":protocol", b"websocket"), (b":scheme", b"https"),
                    (b":path", b"/api/v1/realtime"), (b":authority", HOST), (b"sec-websocket-version", b"13"),
                    (b"authorization", b"Bearer " + BEARER)], ends=False)
                while True:
                    frame = self.connection.read()
                    if frame is None and self.connection.last < self.stream:
                        raise NotRead
                    if frame and frame[0] == 3 and int.from_bytes(frame[3], "big") == 7:
                        raise NotRead
                    if frame:
                        assert frame[0] == 1 and HTTP2.is_ok(frame[3]), frame
                        break
            def send(self, data):
                self.socket.sendall(HTTP2.frame(0, 0, self.stream, data))
            def exactly(self, size):
                while len(self.data) < size:
                    if self.ended:
                        raise EOFError("the stream ended")
                    frame = self.connection.read()
                    if frame and frame[0] == 3:
                        raise EOFError(f"the stream was reset with {int.from_bytes(frame[3], 'big')}")
                    if frame and frame[0] == 0:
                        self.data += frame[3]
                        self.ended = bool(frame[1] & 1)
                got, self.data = self.data[:size], self.data[size:]
                return got

        class NotRead(Exception):
            pass

        def masked(opcode, payload):
            return bytes([0x80 | opcode, 0x80 | len(payload)]) + bytes(4) + payload

        def sockets(kind):
            number = 0
            while not stopping.is_set():
                try:
                    talk = kind()
                except NotRead:
                    count("unread")
                    continue
                # The flow-control window of a stream is larger than what so few messages take.
                for _ in range(1000):
                    number += 1
                    closing = stopping.is_set()
                    text = f"message {number}".encode()
                    talk.send(masked(8, struct.pack(">H", 1000)) if closing else masked(1, text))
                    opcode, size = talk.exactly(2)
                    payload = talk.exactly(size)
                    if opcode == 0x88:
                        code = int.from_bytes(payload[:2], "big")
                        if code == 1001:
                            count("goodbyes")
                        elif not closing or code != 1000:
                            failed(f"closed with {code}")
                        if not closing:
                            try:
                                talk.send(masked(8, payload[:2]))
                            except OSError:
                                pass
                        break
                    if closing:
                        break
                    if opcode != 0x81 or payload != text:
                        failed(f"{payload!r} came back for {text!r}")
                    count("echoes")
                    time.sleep(0.01)
                talk.socket.close()

        def kept(work, *arguments):
            try:
                work(*arguments)
            except Exception as error:
                failed(f"{work.__name__} {[each.__name__ for each in arguments]}: {type(error).__name__} {error}")

        threads = [threading.Thread(target=kept, args=arguments, daemon=True) for arguments in
                   [(requests,), (requests,), (sockets, Plain), (sockets, Plain), (sockets, Stream)]]
        for thread in threads:
            thread.start()

        def tell():
            with lock:
                print(json.dumps(report), flush=True)

        def until_told():
            sys.stdin.read()
            stopping.set()

        threading.Thread(target=until_told, daemon=True).start()
        while not stopping.wait(0.2):
            tell()
        for thread in threads:
            thread.join(60)
            if thread.is_alive():
                failed("a worker did not end")
        tell()
        """#
}
