import Crypto

/// One sign-in under way at the provider: a state that travels, and a secret that stays in the browser.
///
/// What the provider has to prove (nonce) and what we have to (PKCE, RFC 7636) is derived from both, so the database keeps
/// digests alone, and nobody who reads it or sees the state can finish the sign-in.
struct SingleSignOnAttempt: Sendable {
    /// 32 bytes in base64url.
    private static let length = 43

    let state: String
    let browser: String

    /// A new attempt; a browser with several under way keeps one secret for all.
    init(browser: String?) {
        state = Self.random()
        self.browser = browser ?? Self.random()
    }

    /// What has come back; nil for what we cannot have made.
    init?(state: String, browser: String) {
        guard Self.isOurs(state), Self.isOurs(browser) else { return nil }
        self.state = state
        self.browser = browser
    }

    var stateDigest: [UInt8] { SHA256.digest(state) }
    var browserDigest: [UInt8] { SHA256.digest(browser) }
    var nonce: String { derived("nonce") }
    var verifier: String { derived("verifier") }
    /// By the method S256.
    var challenge: String { Base64.url.encode(SHA256.digest(verifier)) }

    static func isOurs(_ text: String) -> Bool {
        text.utf8.count == length && Base64.url.decode(text) != nil
    }

    private func derived(_ purpose: StaticString) -> String {
        Base64.url.encode(HMAC.sha256(Array("\(purpose) \(state)".utf8), key: Array(browser.utf8)))
    }

    private static func random() -> String { Base64.url.encode(SecureRandom.bytes(32)) }
}
