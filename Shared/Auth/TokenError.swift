package import Models

/// Why a token was refused: a code for the caller, a constant reason for the operator, nothing of the token.
package struct TokenError: Error, Sendable {
    /// What the caller is told.
    package enum Code: String, Sendable, CaseIterable {
        /// Not made by us, or not for use in this way.
        case invalidToken = "invalid_token"
        case tokenExpired = "token_expired"
        case tokenWrongTenant = "token_wrong_tenant"
        case tokenRevoked = "token_revoked"
        /// Made for another part of the suite.
        case wrongAudience = "wrong_audience"
    }

    /// What the caller is told.
    package let code: Code
    /// What the operator reads in the log.
    package let reason: StaticString

    /// Refuses with a reason, which is a constant so that it cannot carry the token.
    package init(_ code: Code, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    static func invalid(_ reason: StaticString) -> TokenError { TokenError(.invalidToken, reason) }

    /// The answer to the request that carried the token.
    ///
    /// A token for another audience is told as `invalid_token`: which audiences there are is our own affair.
    package var failure: Failure {
        let code: ErrorCode =
            switch code {
            case .invalidToken, .wrongAudience: .invalidToken
            case .tokenExpired: .tokenExpired
            case .tokenWrongTenant: .tokenWrongTenant
            case .tokenRevoked: .tokenRevoked
            }
        // RFC 6750 section 3.1 knows one word for all of these.
        return Failure(code, headers: [("WWW-Authenticate", "Bearer error=\"invalid_token\"")])
    }
}

extension TokenError: CustomStringConvertible, CustomDebugStringConvertible {
    /// The code.
    package var description: String { code.rawValue }

    /// The code and the reason.
    package var debugDescription: String { "\(code.rawValue): \(reason)" }
}
