import IO
import TestSupport
import Testing

/// A phone system that writes lines to whoever connects, or answers as a manager does, as a test scripts it.
///
/// Confined to the test's loop.
final class FakeLines: @unchecked Sendable {
    /// What is done with one connection after the other; the last one stays open.
    typealias Act = @Sendable (Peer) async throws -> Void

    /// One end of a connection.
    final class Peer: TCPConnectionDelegate, @unchecked Sendable {
        private let connection: TCPConnection
        private(set) var heard = ""
        private var waiting: CheckedContinuation<Void, Never>?

        init(_ connection: TCPConnection) {
            self.connection = connection
            connection.delegate = self
            connection.startReading()
        }

        func write(_ text: String) { Array(text.utf8).withUnsafeBytes { connection.write($0) } }
        /// Ends with what was written.
        func end() { connection.shutdown() }
        /// Breaks off.
        func cut() { connection.close() }

        /// Waits until the other side has said so much.
        func hear(_ text: String) async {
            while !heard.contains(text), connection.isOpen {
                await withCheckedContinuation { waiting = $0 }
            }
        }

        private func wake() {
            waiting?.resume()
            waiting = nil
        }

        func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
            heard += String(decoding: bytes, as: UTF8.self)
            wake()
        }

        func connectionDidReachEnd(_ connection: TCPConnection) { connection.close() }
        func connectionDidDrain(_ connection: TCPConnection) {}
        func connection(_ connection: TCPConnection, didClose error: IOError?) { wake() }
    }

    private let loop: EventLoop
    private let socket: ListeningSocket
    private var listener: TCPListener?
    private var acts: [Act]
    private(set) var peers: [Peer] = []

    var port: Int { socket.port }

    /// Nobody is let in before it opens: the port is taken, and connections are refused.
    init(_ loop: EventLoop, _ acts: [Act]) throws {
        self.loop = loop
        self.acts = acts
        socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
    }

    func open() throws {
        listener = try TCPListener(loop: loop, socket: socket) { [unowned self] accepted in
            let peer = Peer(accepted)
            peers.append(peer)
            guard !acts.isEmpty else { return }
            let act = acts.removeFirst()
            loop.spawn { do { try await act(peer) } catch { peer.cut() } }
        }
    }

    func close() {
        listener?.close()
        for peer in peers { peer.cut() }
    }
}
