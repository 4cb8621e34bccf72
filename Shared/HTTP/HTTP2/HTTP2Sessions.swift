import CNghttp2
import IO

/// What the HTTP/2 connections of one server share: nghttp2's callbacks and options, room to put answers together, and
/// the connections that have something to send.
///
/// Frames of one turn of the loop leave in one write: whoever has something to say marks its connection, and all marked
/// ones are flushed at the end of the turn. Confined to the server's loop.
final class HTTP2Sessions {
    let limits: HTTP2Limits
    let fields = HTTP2FieldList()
    private let callbacks: OpaquePointer?
    private let options: OpaquePointer?
    private var marked: [HTTP2Connection] = []
    private var flushing: [HTTP2Connection] = []
    /// Heads that are being put together are few; their memory goes from one to the next.
    private var spareHeads: [UnsafeMutablePointer<HTTP2Head>] = []

    init(server: HTTPServer, limits: HTTP2Limits) {
        self.limits = limits
        callbacks = HTTP2Callbacks.make()
        var options: OpaquePointer?
        nghttp2_option_new(&options)
        // Bodies are paid for as the handler reads them.
        nghttp2_option_set_no_auto_window_update(options, 1)
        // `HTTP2Head` judges heads, by the same rules as `RequestParser`.
        nghttp2_option_set_no_http_messaging(options, 1)
        nghttp2_option_set_no_closed_streams(options, 1)
        nghttp2_option_set_max_deflate_dynamic_table_size(options, limits.answerTable)
        nghttp2_option_set_max_outbound_ack(options, limits.idleFrames.burst + 10)
        nghttp2_option_set_max_settings(options, 32)
        self.options = options
        server.loop.atEndOfTurn { [weak self] in self?.flush() }
    }

    deinit {
        nghttp2_session_callbacks_del(callbacks)
        nghttp2_option_del(options)
        for head in spareHeads { Self.free(head) }
    }

    /// A session whose callbacks get the connection; nil without memory.
    func makeSession(for connection: HTTP2Connection) -> OpaquePointer? {
        var session: OpaquePointer?
        // The connection deletes the session before it goes.
        let owner = Unmanaged.passUnretained(connection).toOpaque()
        guard nghttp2_session_server_new2(&session, callbacks, owner, options) == 0 else { return nil }
        return session
    }

    func mark(_ connection: HTTP2Connection) { marked.append(connection) }

    private func flush() {
        while !marked.isEmpty {
            swap(&marked, &flushing)
            for connection in flushing { connection.flush() }
            flushing.removeAll(keepingCapacity: true)
        }
    }

    func takeHead() -> UnsafeMutablePointer<HTTP2Head> {
        if let head = spareHeads.popLast() { return head }
        let head = UnsafeMutablePointer<HTTP2Head>.allocate(capacity: 1)
        head.initialize(to: HTTP2Head())
        return head
    }

    func giveBack(_ head: UnsafeMutablePointer<HTTP2Head>) {
        guard spareHeads.count < 16 else { return Self.free(head) }
        spareHeads.append(head)
    }

    private static func free(_ head: UnsafeMutablePointer<HTTP2Head>) {
        head.deinitialize(count: 1)
        head.deallocate()
    }
}
