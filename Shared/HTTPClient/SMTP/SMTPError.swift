import CCurl

/// Why a mail server did not take a letter.
///
/// What the server said in words is left out: it often repeats the address.
package enum SMTPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// An address that cannot be written into the dialogue.
    case invalidAddress
    /// The server answered with a status of 400 to 599.
    case refused(Int)
    /// The server did not accept user and password.
    case signInRefused
    case unreachable
    /// The certificate was not accepted, or the server has no TLS and it is required.
    case tlsFailed
    case deadlineExceeded
    case connectionLost
    /// Too many letters wait to be handed over.
    case busy

    /// Whether the same letter would be refused again; sign-in and TLS are the operator's to mend.
    package var isFinal: Bool {
        switch self {
        case .invalidAddress: true
        // 530 asks for TLS or a sign-in first (RFC 4954, 6): no fault of the letter.
        case .refused(let status): status >= 500 && status != 530
        default: false
        }
    }

    /// A stable word for logs and views.
    package var code: String {
        switch self {
        case .invalidAddress: "invalid_address"
        case .refused(let status): "smtp_\(status)"
        case .signInRefused: "sign_in_refused"
        case .unreachable: "unreachable"
        case .tlsFailed: "tls_failed"
        case .deadlineExceeded: "deadline_exceeded"
        case .connectionLost: "connection_lost"
        case .busy: "busy"
        }
    }

    package var description: String {
        switch self {
        case .invalidAddress: "An address of the letter is not valid."
        case .refused(let status): "The mail server answered \(status)."
        case .signInRefused: "The mail server did not accept user and password."
        case .unreachable: "The mail server could not be reached."
        case .tlsFailed: "There was no TLS with the mail server that can be trusted."
        case .deadlineExceeded: "The mail server took too long."
        case .connectionLost: "The connection to the mail server was lost."
        case .busy: "Too many letters are being sent."
        }
    }

    init(_ code: CURLcode, status: Int) {
        self =
            switch code {
            case CURLE_LOGIN_DENIED: .signInRefused
            case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
                CURLE_SSL_CACERT_BADFILE:
                .tlsFailed
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: .unreachable
            case CURLE_OPERATION_TIMEDOUT: .deadlineExceeded
            case CURLE_SEND_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_REMOTE_ACCESS_DENIED, CURLE_RECV_ERROR:
                (400..<600).contains(status) ? .refused(status) : .connectionLost
            default: .connectionLost
            }
    }
}
