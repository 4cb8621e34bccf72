import CLibpq
import IO
import Telemetry

/// What libpq needs to open a connection.
struct ConnectionSettings: Sendable {
    /// Threads for the few calls of libpq that block: opening a connection and asking for a cancellation.
    ///
    /// Opening blocks on the name lookup and computes SCRAM's 4096 rounds of SHA-256, some milliseconds that a loop
    /// does not have. Three threads, so that one host that does not answer delays no cancellation.
    static let threads = WorkerPool(name: "postgres", threads: 3, queueLimit: 256)

    var url: Secret<String>
    var applicationName: String
    var connectTimeout: Duration
    /// Startup options, `-c name=value`; they win over the URL's.
    ///
    /// PgBouncer has to be told to ignore `options`.
    var options: String

    /// Opens a connection; blocks, so only on a worker thread.
    func connect() throws(PostgresError) -> RawConnection {
        let parameters = [
            // With `expand_dbname` the first `dbname` may be a URL; what comes later wins over its parts.
            ("dbname", url.reveal()),
            ("application_name", applicationName),
            ("client_encoding", "UTF8"),
            ("connect_timeout", String(max(2, connectTimeout.milliseconds / 1000))),
            ("options", options),
            // A peer that vanished without a word is found after about 30 + 3 * 10 seconds.
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
        ]
        let names = CStrings(parameters.map(\.0))
        let values = CStrings(parameters.map(\.1))
        let pointer = names.withPointers { names in
            values.withPointers { values in PQconnectdbParams(names, values, 1) }
        }
        guard let pointer else { throw .unavailable("libpq gives no connection") }
        // Notices would go to standard error.
        PQsetNoticeProcessor(pointer, { _, _ in }, nil)
        guard PQstatus(pointer) == CONNECTION_OK else {
            let error = PostgresError.unavailable(lastMessage(of: pointer))
            PQfinish(pointer)
            throw error
        }
        return RawConnection(pointer: pointer)
    }

    /// Opens a connection on a worker thread.
    func open() async throws -> RawConnection {
        try await Self.threads.run { try connect() }
    }
}

/// A connection on its way from the thread that opened it to the one that uses it: one owner at a time.
struct RawConnection: @unchecked Sendable {
    var pointer: OpaquePointer
}

/// libpq's last words about a connection.
func lastMessage(of connection: OpaquePointer) -> String {
    guard let text = PQerrorMessage(connection) else { return "no message" }
    let message = String(cString: text)
    return message.isEmpty ? "connection closed" : String(message.drop { $0.isWhitespace }.prefix { $0 != "\n" })
}

/// Texts in C's form, ended by a null pointer.
struct CStrings {
    private let texts: [[CChar]]

    init(_ texts: [String]) { self.texts = texts.map { Array($0.utf8CString) } }

    /// Calls with an array of pointers that is valid during the call.
    func withPointers<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
        var pointers: [UnsafePointer<CChar>?] = []
        func collect(_ rest: ArraySlice<[CChar]>) -> Result {
            guard let first = rest.first else {
                pointers.append(nil)
                return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
            }
            return first.withUnsafeBufferPointer { text in
                pointers.append(text.baseAddress)
                return collect(rest.dropFirst())
            }
        }
        return collect(texts[...])
    }
}
