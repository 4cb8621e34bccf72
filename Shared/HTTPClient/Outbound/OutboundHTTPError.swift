import CCurl

/// Why an outbound request has no answer.
///
/// The description never holds the URL, which may carry a credential.
package enum OutboundHTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    case invalidURL
    /// A header name or value, or the method, could not be written without breaking the head.
    case invalidHeader
    case addressRefused(AddressRefusedError)
    case resolutionFailed
    case connectionFailed
    case tlsFailed
    /// The connection broke after the request had been sent, at least in part.
    case connectionLost
    case deadlineExceeded
    case responseTooLarge
    case tooManyRedirects
    /// A redirect to another scheme than http or https, from https to http, or with credentials in it.
    case redirectRefused
    case invalidResponse
    case tooManyRequests
    case outOfResources

    /// Whether the request cannot have had any effect on the other side.
    package var isBeforeSending: Bool {
        switch self {
        case .resolutionFailed, .connectionFailed, .tlsFailed, .tooManyRequests, .outOfResources: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .invalidURL: "The URL is not valid."
        case .invalidHeader: "A header is not valid."
        case .addressRefused(let refusal): refusal.description
        case .resolutionFailed: "The host name has no address."
        case .connectionFailed: "The host refused the connection or did not answer."
        case .tlsFailed: "The host's certificate or its TLS was not accepted."
        case .connectionLost: "The connection was lost."
        case .deadlineExceeded: "The host took too long."
        case .responseTooLarge: "The answer was larger than allowed."
        case .tooManyRedirects: "There were too many redirects."
        case .redirectRefused: "A redirect led to a place that is not allowed."
        case .invalidResponse: "The answer was not valid HTTP."
        case .tooManyRequests: "Too many requests are running."
        case .outOfResources: "The system gave no resources for the request."
        }
    }

    init(_ code: CURLcode) {
        self =
            switch code {
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidURL
            case CURLE_COULDNT_RESOLVE_HOST: .resolutionFailed
            case CURLE_COULDNT_CONNECT: .connectionFailed
            case CURLE_OPERATION_TIMEDOUT: .deadlineExceeded
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
                CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
                .tlsFailed
            case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2,
                CURLE_HTTP2_STREAM:
                .invalidResponse
            case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .outOfResources
            default: .connectionLost
            }
    }
}
