import CLibuv
import Glibc

extension TCPConnection {
    /// Connects to a numeric address; throws when it is refused or not up within the deadline.
    package static func connect(
        to address: SocketAddress, on loop: EventLoop, deadline: Duration
    ) async throws -> TCPConnection {
        loop.preconditionCurrent()
        return try await withCheckedThrowingContinuation { continuation in
            Connecting(loop: loop, continuation).start(address, deadline: deadline)
        }
    }

    /// The addresses of a host name, in the system's order; a numeric host is itself.
    package static func resolve(_ host: String, port: Int, on loop: EventLoop) async throws -> [SocketAddress] {
        if let numeric = SocketAddress(host: host, port: port) { return [numeric] }
        loop.preconditionCurrent()
        return try await withCheckedThrowingContinuation { continuation in
            Resolving(continuation, port: port).start(host, on: loop)
        }
    }
}

/// One connection attempt and its deadline; freed by libuv's connect callback.
private final class Connecting {
    private let loop: EventLoop
    private let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
    private let connection: TCPConnection
    private let tcp: UnsafeMutablePointer<uv_tcp_t>
    private var continuation: CheckedContinuation<TCPConnection, any Error>?
    private var timer: LoopTimer?

    init(loop: EventLoop, _ continuation: CheckedContinuation<TCPConnection, any Error>) {
        self.loop = loop
        self.continuation = continuation
        tcp = .allocate(capacity: 1)
        uv_tcp_init(loop.uv, tcp)
        connection = TCPConnection(loop: loop, handle: tcp)
    }

    deinit { request.deallocate() }

    func start(_ address: SocketAddress, deadline: Duration) {
        // Released in the callback, which libuv always calls, with ECANCELED when the handle is closed.
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let status =
            address.withSystemAddress { system, _ in
                uv_tcp_connect(request, tcp, system) { request, status in
                    guard let data = request?.pointee.data else { return }
                    Unmanaged<Connecting>.fromOpaque(data).takeRetainedValue().finish(status)
                }
            } ?? UV_EINVAL.rawValue
        guard status == 0 else {
            finish(status)
            return Unmanaged.passUnretained(self).release()
        }
        timer = loop.timer(after: deadline) { [unowned self] in finish(UV_ETIMEDOUT.rawValue) }
    }

    private func finish(_ status: Int32) {
        timer?.cancel()
        timer = nil
        guard let continuation else { return }
        self.continuation = nil
        guard status == 0 else {
            connection.close()
            return continuation.resume(throwing: IOError("connect", code: status))
        }
        continuation.resume(returning: connection)
    }
}

/// One name lookup on libuv's own threads.
private final class Resolving {
    private let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
    private let continuation: CheckedContinuation<[SocketAddress], any Error>
    private let port: Int

    init(_ continuation: CheckedContinuation<[SocketAddress], any Error>, port: Int) {
        self.continuation = continuation
        self.port = port
    }

    deinit { request.deallocate() }

    func start(_ host: String, on loop: EventLoop) {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        // Released in the callback, or here when the lookup could not start.
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let status = uv_getaddrinfo(
            loop.uv, request,
            { request, status, list in
                guard let data = request?.pointee.data else { return }
                Unmanaged<Resolving>.fromOpaque(data).takeRetainedValue().finish(status, list)
                uv_freeaddrinfo(list)
            }, host, nil, &hints)
        guard status != 0 else { return }
        continuation.resume(throwing: IOError("resolve", code: status))
        Unmanaged.passUnretained(self).release()
    }

    private func finish(_ status: Int32, _ list: UnsafeMutablePointer<addrinfo>?) {
        guard status == 0 else { return continuation.resume(throwing: IOError("resolve", code: status)) }
        var found: [SocketAddress] = []
        var next = list
        while let entry = next {
            if let system = entry.pointee.ai_addr, let address = SocketAddress(system),
                let withPort = SocketAddress(host: address.host, port: port), !found.contains(withPort)
            {
                found.append(withPort)
            }
            next = entry.pointee.ai_next
        }
        guard !found.isEmpty else {
            return continuation.resume(throwing: IOError("resolve", code: UV_EAI_NODATA.rawValue))
        }
        continuation.resume(returning: found)
    }
}
