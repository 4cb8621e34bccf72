import CCurl
import Glibc
import HTTP
import IO

/// One exchange of one hop: curl's easy handle, what was received and what is to be sent.
///
/// Confined to its loop. A slow reader pauses curl's receiving, a slow producer its sending.
final class CurlTransfer: @unchecked Sendable {
    /// The head of the answer, and its body as it will arrive.
    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        /// Letting go of it before its end ends the transfer.
        var body: HTTPBody
    }

    let handle: UnsafeMutableRawPointer
    let multi: CurlMulti
    let request: CurlRequest
    let configuration: OutboundHTTPConfiguration
    /// Kept for curl until the transfer has ended.
    var headerList: UnsafeMutablePointer<curl_slist>?

    private var status = 0
    private var headers = HTTPHeaders()
    private var headerBytes = 0
    private var hasHead = false
    private var waiter: CheckedContinuation<Answer, any Error>?
    /// Weak: the reader's reference is what keeps the transfer going.
    private weak var body: HTTPBody?
    private var receivedTotal = 0

    private var upload: [UInt8] = []
    private var uploadOffset = 0
    private var isUploadAtEnd: Bool
    private var uploadTask: Task<Void, Never>?

    private var deadlineTimer: LoopTimer?
    private var pauses: Int32 = 0
    /// What is told instead of curl's own code, which only says that a callback failed.
    private var cause: (any Error)?
    private var outcome: Result<Void, any Error>?

    init(multi: CurlMulti, request: CurlRequest, configuration: OutboundHTTPConfiguration) throws(OutboundHTTPError) {
        self.multi = multi
        self.request = request
        self.configuration = configuration
        handle = try multi.takeHandle()
        isUploadAtEnd = request.upload == nil
        configure()
    }

    /// Starts and waits for the head of the answer; a cancelled task ends the transfer.
    func start() async throws -> Answer {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard !Task.isCancelled else {
                    multi.putBack(handle)
                    return continuation.resume(throwing: CancellationError())
                }
                waiter = continuation
                deadlineTimer = multi.loop.timer(after: request.deadline) { [weak self] in
                    self?.end(with: OutboundHTTPError.deadlineExceeded)
                }
                multi.start(self)
            }
        } onCancel: {
            multi.loop.execute { self.end(with: CancellationError()) }
        }
    }

    /// Why the transfer failed, more exactly than its body can tell.
    var failure: (any Error)? {
        guard case .failure(let error) = outcome else { return nil }
        return error
    }

    /// Lets curl go on receiving; the reader of the body waits.
    func resumeReceiving() { resume(CURLPAUSE_RECV) }

    /// Ends the transfer from outside; nothing happens after its end.
    func end(with error: any Error) {
        guard outcome == nil else { return }
        cause = error
        conclude(.failure(error))
    }

    private func resume(_ direction: Int32) {
        guard pauses & direction != 0, outcome == nil else { return }
        pauses &= ~direction
        curl_easy_pause(handle, pauses)
        multi.poke()
    }

    // The end.

    func didFinish(_ code: CURLcode) {
        if let cause { return conclude(.failure(cause)) }
        guard code == CURLE_OK else { return conclude(.failure(OutboundHTTPError(code))) }
        guard hasHead else { return conclude(.failure(OutboundHTTPError.invalidResponse)) }
        conclude(.success(()))
    }

    private func conclude(_ outcome: Result<Void, any Error>) {
        self.outcome = outcome
        deadlineTimer?.cancel()
        deadlineTimer = nil
        uploadTask?.cancel()
        uploadTask = nil
        upload = []
        multi.remove(self)
        curl_slist_free_all(headerList)
        headerList = nil
        switch outcome {
        case .success: body?.finish()
        case .failure(let error):
            waiter?.resume(throwing: error)
            waiter = nil
            body?.fail(HTTPBodyError(error))
        }
    }

    // What curl's callbacks hand over. Nothing of curl may be called from here.

    /// Takes one header line; false ends the transfer.
    func didReceiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        // Trailers come through here as well.
        guard !hasHead else { return true }
        headerBytes += line.count
        guard headerBytes <= configuration.maximumHeaderBytes else { return fail(.responseTooLarge) }
        var text = Substring(String(decoding: line, as: UTF8.self))
        while let last = text.unicodeScalars.last, last == "\r" || last == "\n" { text.unicodeScalars.removeLast() }
        if text.isEmpty { return didReceiveHeadEnd() }
        if text.hasPrefix("HTTP/") {
            let words = text.split(separator: " ", maxSplits: 2)
            guard words.count >= 2, let status = Int(words[1]) else { return fail(.invalidResponse) }
            self.status = status
            headers = HTTPHeaders()
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.add(String(text[..<colon]), String(value))
        }
        return true
    }

    private func didReceiveHeadEnd() -> Bool {
        guard status >= 100, !headers.hasForbiddenField else { return fail(.invalidResponse) }
        // 100 and 103 come before the answer.
        guard status >= 200 else { return true }
        hasHead = true
        let lease = TransferLease(self)
        // An answer to HEAD tells the length of what is not sent.
        let length = request.method == .head ? 0 : headers["content-length"].flatMap { Int64($0) }
        let body = HTTPBody(declaredLength: length) { lease.transfer.resumeReceiving() }
        body.interruptionLoop = multi.loop
        self.body = body
        waiter?.resume(returning: Answer(status: status, headers: headers, body: body))
        waiter = nil
        return true
    }

    /// Takes bytes of the body; nil asks curl to keep them, false ends the transfer.
    func didReceiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool? {
        guard let body else { return fail(.connectionLost) }
        guard body.wantsMore else {
            pauses |= CURLPAUSE_RECV
            return nil
        }
        receivedTotal += bytes.count
        guard receivedTotal <= request.maximumResponseBytes else { return fail(.responseTooLarge) }
        body.deliver(bytes)
        return true
    }

    /// Fills curl's buffer; nil asks it to wait until more is there.
    func takeUpload(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let count = min(buffer.count, upload.count - uploadOffset)
        if count > 0 {
            upload.withUnsafeBytes { source in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[uploadOffset..<uploadOffset + count]))
            }
            uploadOffset += count
            return count
        }
        if isUploadAtEnd { return 0 }
        pauses |= CURLPAUSE_SEND
        fetchUpload()
        return nil
    }

    private func fetchUpload() {
        guard uploadTask == nil, let source = request.upload else { return }
        uploadTask = multi.loop.spawn { [weak self] in
            let result: Result<[UInt8]?, any Error>
            do { result = .success(try await source.next()) } catch { result = .failure(error) }
            self?.didFetchUpload(result)
        }
    }

    private func didFetchUpload(_ result: Result<[UInt8]?, any Error>) {
        uploadTask = nil
        guard outcome == nil else { return }
        switch result {
        case .success(let bytes?): upload = bytes
        case .success(nil):
            upload = []
            isUploadAtEnd = true
        case .failure(let error): return end(with: error)
        }
        uploadOffset = 0
        resume(CURLPAUSE_SEND)
    }

    /// Makes the socket of a new connection, unless the guard refuses its address.
    func openSocket(_ target: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let refused: curl_socket_t = -1
        guard let (address, port) = withUnsafePointer(to: &target.pointee.addr, IPAddress.read) else { return refused }
        if let refusal = request.addressGuard.refusal(of: address, port: port, host: request.url.host) {
            // curl goes on to the name's other addresses, which are checked in turn.
            cause = OutboundHTTPError.addressRefused(refusal)
            return refused
        }
        cause = nil
        let kind = target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return socket(target.pointee.family, kind, target.pointee.protocol)
    }

    private func fail(_ error: OutboundHTTPError) -> Bool {
        cause = error
        return false
    }
}

/// Held by the body of an answer: ends the transfer when nobody wants the rest any more.
///
/// Sendable because the transfer is confined to its loop, which its end is handed to.
private final class TransferLease: Sendable {
    let transfer: CurlTransfer

    init(_ transfer: CurlTransfer) { self.transfer = transfer }

    deinit {
        let transfer = self.transfer
        transfer.multi.loop.execute { transfer.end(with: CancellationError()) }
    }
}

extension HTTPBodyError {
    init(_ error: any Error) {
        self =
            switch error as? OutboundHTTPError {
            case .responseTooLarge: .tooLarge
            case .deadlineExceeded: .timedOut
            case .invalidResponse: .malformed
            default: .connectionClosed
            }
    }
}
