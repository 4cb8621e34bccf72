import HTTP
package import IO

/// Talks to hosts outside over libcurl: TLS always verified, no proxy, every address checked by the client's guard.
///
/// One for each loop and purpose; confined to its loop. Redirects are followed here, hop by hop, so that each is
/// checked like a first request and credentials stay with the origin they were meant for.
package final class OutboundHTTPClient: @unchecked Sendable {
    package let loop: EventLoop
    private let addressGuard: AddressGuard
    private let configuration: OutboundHTTPConfiguration
    private let multi: CurlMulti

    package init(
        loop: EventLoop, guard addressGuard: AddressGuard, configuration: OutboundHTTPConfiguration = .init()
    ) throws(OutboundHTTPError) {
        self.loop = loop
        self.addressGuard = addressGuard
        self.configuration = configuration
        multi = try CurlMulti(loop: loop, configuration: configuration)
    }

    /// Sends a request and reads the whole answer, whatever its status.
    package func send(_ request: OutboundHTTPRequest) async throws -> OutboundHTTPResponse {
        let (transfer, answer) = try await exchange(request)
        do {
            let body = try await answer.body.collect(upTo: request.maximumResponseBytes)
            return OutboundHTTPResponse(status: answer.status, headers: answer.headers, body: body)
        } catch HTTPBodyError.tooLarge {
            throw OutboundHTTPError.responseTooLarge
        } catch {
            throw transfer.failure ?? error
        }
    }

    /// Sends a request and gives the answer as soon as its head is there.
    package func open(_ request: OutboundHTTPRequest) async throws -> OutboundHTTPStream {
        let answer = try await exchange(request).1
        return OutboundHTTPStream(status: answer.status, headers: answer.headers, body: answer.body)
    }

    private func exchange(_ request: OutboundHTTPRequest) async throws -> (CurlTransfer, CurlTransfer.Answer) {
        loop.preconditionCurrent()
        let end = ContinuousClock.now + request.deadline
        var hop = try Hop(request)
        var redirects = 0
        while true {
            guard multi.runningTransfers < configuration.maximumRequests else {
                throw OutboundHTTPError.tooManyRequests
            }
            let left = end - .now
            guard left > .zero else { throw OutboundHTTPError.deadlineExceeded }
            let transfer = try CurlTransfer(
                multi: multi, request: curlRequest(request, hop, deadline: left), configuration: configuration)
            let answer = try await transfer.start()
            guard request.maximumRedirects > 0, let next = try hop.following(answer) else { return (transfer, answer) }
            redirects += 1
            guard redirects <= request.maximumRedirects else { throw OutboundHTTPError.tooManyRedirects }
            hop = next
        }
    }

    private func curlRequest(_ request: OutboundHTTPRequest, _ hop: Hop, deadline: Duration) -> CurlRequest {
        var bytes: [UInt8]?
        var upload: (any ByteSource)?
        switch hop.body {
        case .empty: bytes = [.post, .put, .patch].contains(hop.method) ? [] : nil
        case .bytes(let body): bytes = body
        case .stream(let body): upload = body
        case .replayable(let make): upload = make()
        }
        return CurlRequest(
            method: hop.method, url: hop.url, headers: hop.headers, bytes: bytes, upload: upload,
            connectDeadline: min(request.connectDeadline, deadline), deadline: deadline,
            idleDeadline: request.idleDeadline, maximumResponseBytes: request.maximumResponseBytes,
            addressGuard: addressGuard, trustedCertificates: request.trustedCertificates,
            pinnedKey: request.pinnedKey, signing: request.signing)
    }
}

/// One hop of a chain of redirects.
private struct Hop {
    /// What goes along to another origin; anything else could be a credential under some provider's own name.
    private static let harmless: Set<String> = [
        "accept", "accept-language", "accept-encoding", "content-type", "range", "user-agent",
    ]

    var method: HTTPMethod
    var url: OutboundURL
    var headers: HTTPHeaders
    var body: OutboundHTTPRequest.Body

    init(_ request: OutboundHTTPRequest) throws(OutboundHTTPError) {
        url = try OutboundURL(request.url)
        // A credential in a URL ends up in logs; it belongs in a header.
        guard !url.hasCredentials else { throw .invalidURL }
        guard !request.headers.hasForbiddenField, Self.isToken(request.method.rawValue) else { throw .invalidHeader }
        method = request.method
        headers = request.headers
        body = request.body
    }

    /// The hop that an answer asks for; nil when the answer is none that is followed.
    func following(_ head: CurlTransfer.Answer) throws(OutboundHTTPError) -> Hop? {
        guard [301, 302, 303, 307, 308].contains(head.status), let location = head.headers["location"] else {
            return nil
        }
        var next = self
        do throws(OutboundHTTPError) { next.url = try url.resolving(location) } catch { throw .redirectRefused }
        guard !next.url.hasCredentials, next.url.scheme == "https" || url.scheme == "http" else {
            throw .redirectRefused
        }
        if head.status == 303 || (head.status <= 302 && method == .post) {
            next.method = method == .head ? .head : .get
            next.body = .empty
            next.headers.remove("content-type")
        } else if !body.isReplayable {
            // The body has been sent already: the caller sees the redirect itself.
            return nil
        }
        if !next.url.isSameOrigin(as: url) {
            var kept = HTTPHeaders()
            for (name, value) in next.headers where Self.harmless.contains(name.lowercased()) { kept.add(name, value) }
            next.headers = kept
        }
        return next
    }

    private static func isToken(_ text: String) -> Bool {
        var probe = HTTPHeaders()
        probe.add(text, "")
        return !probe.hasForbiddenField
    }
}
