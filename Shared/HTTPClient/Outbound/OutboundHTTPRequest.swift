package import HTTP

/// A request to a host outside: a provider, a customer's webhook or PBX, an object store.
package struct OutboundHTTPRequest: Sendable {
    /// What is sent after the head.
    package enum Body: Sendable {
        case empty
        case bytes([UInt8])
        /// Once only: a request with it is neither repeated nor redirected with its body.
        case stream(any ByteSource)
        /// Made anew for each attempt.
        case replayable(@Sendable () -> any ByteSource)

        /// A range of a file, read while it is sent.
        package static func file(_ path: String, offset: Int64 = 0, length: Int64) -> Body {
            .replayable { FileSource(path: path, offset: offset, length: length) }
        }

        var isReplayable: Bool {
            if case .stream = self { false } else { true }
        }
    }

    package var method: HTTPMethod
    package var url: String
    package var headers: HTTPHeaders
    package var body: Body
    /// From the start to the last byte of the answer, redirects and repetitions included.
    package var deadline: Duration = .seconds(30)
    /// For the name, the connection and its TLS.
    package var connectDeadline: Duration = .seconds(10)
    /// How long nothing may move; nil leaves that to the deadline, as for answers that take long to begin.
    package var idleDeadline: Duration?
    /// A longer answer is an error.
    package var maximumResponseBytes = 4 << 20
    /// How many redirects are followed; with 0 the redirect is the answer.
    package var maximumRedirects = 0
    /// Whether sending it twice does no more than once; nil goes by the method.
    package var isRepeatable: Bool?
    /// PEM of the authorities, or of one self-signed certificate, to trust instead of the system's.
    package var trustedCertificates: [UInt8]?
    /// The only key that the host may prove, `sha256//...`: of a certificate that no authority and no name vouches for.
    ///
    /// It replaces the check of chain and name, so it is only for hosts whose certificate was given beforehand.
    package var pinnedKey: String?
    package var signing: AWSSigning?

    package init(_ method: HTTPMethod, _ url: String, headers: HTTPHeaders = HTTPHeaders(), body: Body = .empty) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    var canBeRepeated: Bool {
        body.isReplayable && (isRepeatable ?? method.isIdempotent)
    }
}

/// An answer whose body was read whole.
package struct OutboundHTTPResponse: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: [UInt8]

    package var isSuccess: Bool { (200..<300).contains(status) }
}

/// An answer whose body is read as it arrives; letting the body go closes the connection.
package struct OutboundHTTPStream: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: HTTPBody

    package init(status: Int, headers: HTTPHeaders, body: HTTPBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package var isSuccess: Bool { (200..<300).contains(status) }
}
