import CCurl
import Glibc
import IO

/// One libcurl multi handle on an event loop: its sockets, its timer, its connection pool and its running transfers.
///
/// Confined to its loop. curl is never called from within its own callbacks: they only note what to do.
final class CurlMulti: @unchecked Sendable {
    /// How many idle easy handles are kept; each holds a buffer of 16 kB.
    private static let spareLimit = 16

    let loop: EventLoop
    /// Owned; freed on the loop after the last use.
    private let multi: UnsafeMutableRawPointer
    private var watchers: [Int32: FileWatcher] = [:]
    private var timer: LoopTimer?
    private var transfers: [UnsafeMutableRawPointer: CurlTransfer] = [:]
    private var spare: [UnsafeMutableRawPointer] = []

    init(loop: EventLoop, configuration: OutboundHTTPConfiguration) throws(OutboundHTTPError) {
        loop.preconditionCurrent()
        _ = Self.isCurlReady
        guard let multi = curl_multi_init() else { throw .outOfResources }
        self.loop = loop
        self.multi = multi
        // Unretained: the handle is cleaned up, with its callbacks unset, when this object goes.
        let owner = Unmanaged.passUnretained(self).toOpaque()
        _ = switchboard_curl_multi_set_callbacks(
            multi, owner,
            { _, socket, what, owner, _ in
                guard let owner else { return -1 }
                Unmanaged<CurlMulti>.fromOpaque(owner).takeUnretainedValue().watch(socket, what)
                return 0
            },
            { _, milliseconds, owner in
                guard let owner else { return -1 }
                Unmanaged<CurlMulti>.fromOpaque(owner).takeUnretainedValue().setTimer(milliseconds)
                return 0
            })
        _ = switchboard_curl_multi_set_long(
            multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maximumConnections)
        _ = switchboard_curl_multi_set_long(
            multi, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost)
        _ = switchboard_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maximumIdleConnections)
    }

    /// Prepares the library once for the process, before the first handle.
    ///
    /// A TLS write to a closed peer would otherwise end the process.
    static let isCurlReady: Bool = {
        signal(SIGPIPE, SIG_IGN)
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()

    deinit {
        // Raw pointers cross to the loop here, where nothing else refers to them any more.
        let remains = Remains(
            multi: multi, handles: spare + transfers.keys, watchers: Array(watchers.values), timer: timer)
        loop.execute { remains.free() }
    }

    /// What is left of a multi handle whose owner is gone.
    ///
    /// Sendable because it is used once, on the loop, by the only closure that holds it.
    private struct Remains: @unchecked Sendable {
        let multi: UnsafeMutableRawPointer
        let handles: [UnsafeMutableRawPointer]
        let watchers: [FileWatcher]
        let timer: LoopTimer?

        func free() {
            _ = switchboard_curl_multi_set_callbacks(multi, nil, nil, nil)
            timer?.cancel()
            for watcher in watchers { watcher.close() }
            for handle in handles {
                curl_multi_remove_handle(multi, handle)
                curl_easy_cleanup(handle)
            }
            curl_multi_cleanup(multi)
        }
    }

    var runningTransfers: Int { transfers.count }

    // Transfers.

    /// A handle with all options at their defaults.
    func takeHandle() throws(OutboundHTTPError) -> UnsafeMutableRawPointer {
        if let handle = spare.popLast() { return handle }
        guard let handle = curl_easy_init() else { throw .outOfResources }
        return handle
    }

    /// Takes back a handle that is in no transfer; its options hold pointers of the transfer until the reset.
    func putBack(_ handle: UnsafeMutableRawPointer) {
        curl_easy_reset(handle)
        if spare.count < Self.spareLimit { spare.append(handle) } else { curl_easy_cleanup(handle) }
    }

    /// Starts a transfer, which is held until it has ended or was removed.
    func start(_ transfer: CurlTransfer) {
        loop.preconditionCurrent()
        transfers[transfer.handle] = transfer
        curl_multi_add_handle(multi, transfer.handle)
    }

    /// Takes a transfer out, whatever it was doing; its connection is closed unless the transfer was complete.
    func remove(_ transfer: CurlTransfer) {
        loop.preconditionCurrent()
        guard transfers.removeValue(forKey: transfer.handle) != nil else { return }
        curl_multi_remove_handle(multi, transfer.handle)
        putBack(transfer.handle)
    }

    /// Lets curl go on after a transfer was resumed.
    func poke() { act(on: CURL_SOCKET_TIMEOUT, 0) }

    // curl's callbacks.

    private func watch(_ socket: curl_socket_t, _ what: Int32) {
        if what == CURL_POLL_REMOVE {
            // curl closes the descriptor right after this call.
            watchers.removeValue(forKey: socket)?.close()
            return
        }
        var events: FileWatcher.Events = []
        if what & CURL_POLL_IN != 0 { events.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { events.insert(.writable) }
        guard let watcher = watchers[socket] ?? makeWatcher(socket) else { return }
        watchers[socket] = watcher
        watcher.start(events) { [weak self] happened in self?.socketIsReady(socket, happened) }
    }

    private func makeWatcher(_ socket: curl_socket_t) -> FileWatcher? {
        // Without a watcher the transfer ends by its deadline.
        do throws(IOError) { return try FileWatcher(loop: loop, fileDescriptor: socket) } catch { return nil }
    }

    private func setTimer(_ milliseconds: Int) {
        timer?.cancel()
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = loop.timer(after: .milliseconds(milliseconds)) { [weak self] in
            self?.timer = nil
            self?.poke()
        }
    }

    private func socketIsReady(_ socket: curl_socket_t, _ happened: FileWatcher.Events) {
        var flags: Int32 = 0
        if happened.contains(.readable) { flags |= CURL_CSELECT_IN }
        if happened.contains(.writable) { flags |= CURL_CSELECT_OUT }
        if happened.contains(.failed) { flags |= CURL_CSELECT_ERR }
        act(on: socket, flags)
    }

    private func act(on socket: curl_socket_t, _ flags: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, flags, &running)
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            // The message is gone once its handle is removed.
            let code = message.pointee.data.result
            guard let transfer = transfers[handle] else { continue }
            transfer.didFinish(code)
        }
    }
}
