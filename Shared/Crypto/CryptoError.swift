/// What went wrong in a cryptographic operation; no case carries key, text or password.
package enum CryptoError: Error, Equatable {
    /// The bytes are not a key of the kind that was asked for.
    case invalidKey
    /// The text or bytes do not have the layout that they should have.
    case invalidEncoding
    /// The secret was sealed with a key that is not in `ENCRYPTION_KEYS`; its id is public.
    case unknownKey(id: String)
    /// The bytes were changed, or belong to another place.
    case notAuthentic
    /// The input is longer than any honest one, or asks for more work than allowed.
    case limitExceeded
    /// The library refused for want of memory or entropy.
    case failed(operation: StaticString)

    /// Compares what matters to tests and callers.
    package static func == (left: CryptoError, right: CryptoError) -> Bool {
        switch (left, right) {
        case (.invalidKey, .invalidKey), (.invalidEncoding, .invalidEncoding), (.notAuthentic, .notAuthentic),
            (.limitExceeded, .limitExceeded):
            true
        case (.unknownKey(let left), .unknownKey(let right)): left == right
        case (.failed(let left), .failed(let right)): left.description == right.description
        default: false
        }
    }
}
