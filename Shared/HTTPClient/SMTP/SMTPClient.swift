import CCurl
import IO

/// Hands letters to one mail server over libcurl.
///
/// On threads of its own: when curl ends a connection to a mail server, it waits for the answer to QUIT, and no loop may wait.
package final class SMTPClient: Sendable {
    private static let threads = 2

    private let server: SMTPServer
    private let pool: WorkerPool

    package init(_ server: SMTPServer) {
        self.server = server
        pool = WorkerPool(name: "smtp", threads: Self.threads, queueLimit: 64)
    }

    /// Sends one message, whose lines end with CR and LF, to one address; throws `SMTPError`.
    package func send(_ message: [UInt8], from sender: String, to recipient: String) async throws {
        guard Self.isAddress(sender), Self.isAddress(recipient) else { throw SMTPError.invalidAddress }
        let server = server
        do {
            try await pool.run { try SMTPDialogue(message).run(server, from: sender, to: recipient) }
        } catch is WorkerPoolError {
            throw SMTPError.busy
        }
    }

    /// Whether an address can stand between angle brackets without ending the command.
    private static func isAddress(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 254 && text.contains("@")
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f && $0 != "<" && $0 != ">" }
    }
}

/// One message on its way; used by one thread.
private final class SMTPDialogue {
    private let message: [UInt8]
    private var offset = 0

    init(_ message: [UInt8]) { self.message = message }

    func run(_ server: SMTPServer, from sender: String, to recipient: String) throws {
        guard CurlMulti.isCurlReady, let handle = curl_easy_init() else { throw SMTPError.busy }
        defer { curl_easy_cleanup(handle) }
        text(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        let scheme = server.isSecure ? "smtps" : "smtp"
        // The path is the name by which curl greets.
        text(handle, CURLOPT_URL, "\(scheme)://\(server.host):\(server.port)/\(Self.greeting(of: sender))")
        text(handle, CURLOPT_PROXY, "")
        text(handle, CURLOPT_NOPROXY, "*")
        long(handle, CURLOPT_NOSIGNAL, 1)
        long(handle, CURLOPT_FORBID_REUSE, 1)
        long(handle, CURLOPT_TIMEOUT_MS, server.deadline.milliseconds)
        long(handle, CURLOPT_CONNECTTIMEOUT_MS, min(server.deadline.milliseconds, 15_000))
        long(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, server.deadline.milliseconds / 1000))
        secure(handle, server)
        text(handle, CURLOPT_MAIL_FROM, "<\(sender)>")
        let recipients = curl_slist_append(nil, "<\(recipient)>")
        defer { curl_slist_free_all(recipients) }
        _ = switchboard_curl_set_pointer(handle, CURLOPT_MAIL_RCPT, recipients)
        upload(handle)
        let code = curl_easy_perform(handle)
        guard code == CURLE_OK else {
            throw SMTPError(code, status: switchboard_curl_response_code(handle))
        }
    }

    private func secure(_ handle: UnsafeMutableRawPointer, _ server: SMTPServer) {
        long(handle, CURLOPT_SSL_VERIFYPEER, 1)
        long(handle, CURLOPT_SSL_VERIFYHOST, 2)
        long(handle, CURLOPT_USE_SSL, Int((server.requiresTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY).rawValue))
        if var trusted = server.trustedCertificates {
            trusted.withUnsafeMutableBytes { raw in
                _ = switchboard_curl_set_blob(handle, CURLOPT_CAINFO_BLOB, raw.baseAddress, raw.count)
            }
        }
        guard let user = server.user, !user.isEmpty else { return }
        text(handle, CURLOPT_USERNAME, user)
        text(handle, CURLOPT_PASSWORD, server.password ?? "")
    }

    private func upload(_ handle: UnsafeMutableRawPointer) {
        long(handle, CURLOPT_UPLOAD, 1)
        _ = switchboard_curl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(message.count))
        // Unretained: the caller holds this object while curl runs, and curl runs on the caller's thread.
        let owner = Unmanaged.passUnretained(self).toOpaque()
        _ = switchboard_curl_set_pointer(handle, CURLOPT_READDATA, owner)
        _ = switchboard_curl_set_bytes_callback(handle, CURLOPT_READFUNCTION) { bytes, size, count, owner in
            guard let owner, let bytes else { return Int(CURL_READFUNC_ABORT) }
            let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
            return Unmanaged<SMTPDialogue>.fromOpaque(owner).takeUnretainedValue().fill(buffer)
        }
        // Without one of its own curl would write to standard output.
        _ = switchboard_curl_set_bytes_callback(handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count }
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, message.count - offset)
        guard count > 0 else { return 0 }
        message.withUnsafeBytes { source in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + count]))
        }
        offset += count
        return count
    }

    /// The sender's domain, where it can be written as a host's name.
    private static func greeting(of sender: String) -> String {
        let domain = sender.split(separator: "@").last ?? ""
        let isPlain = domain.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isPlain && !domain.isEmpty ? String(domain) : "localhost"
    }

    private func long(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Int) {
        _ = switchboard_curl_set_long(handle, option, value)
    }

    private func text(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: String) {
        _ = switchboard_curl_set_text(handle, option, value)
    }
}
