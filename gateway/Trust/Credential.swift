import HTTP

/// What a request shows to say who sends it.
enum Credential: Equatable {
    case none
    /// A JWT of a person, where it lies among the headers.
    case token(ArraySlice<UInt8>)
    /// `sbk_live_...` or `sbk_test_...`.
    case apiKey(String)
    /// An Authorization field that is neither.
    case malformed

    /// Tokens and keys are far shorter; a longer field is refused unread.
    private static let longest = 8192

    init(_ headers: HTTPHeaders) {
        guard let value = headers.slice(of: "authorization") else {
            self = .none
            return
        }
        guard value.withUnsafeBufferPointer(Self.isBearer), headers.count(of: "authorization") == 1 else {
            self = .malformed
            return
        }
        let secret = value.dropFirst(Self.scheme.utf8CodeUnitCount)
        self = secret.starts(with: "sbk_".utf8) ? .apiKey(String(decoding: secret, as: UTF8.self)) : .token(secret)
    }

    private static let scheme: StaticString = "bearer "

    /// `Bearer` in any case, one blank, and visible characters.
    ///
    /// Never inlined: within another function the compiler takes the bytes of its loop one by one.
    @inline(never)
    private static func isBearer(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        let length = scheme.utf8CodeUnitCount
        guard value.count > length, value.count <= longest else { return false }
        for index in 0..<length - 1 where value[index] | 0x20 != scheme.utf8Start[index] { return false }
        guard value[length - 1] == 0x20 else { return false }
        // Without an early end, so that the compiler takes many bytes at once.
        var odd: UInt8 = 0
        for byte in UnsafeBufferPointer(rebasing: value[length...]) { odd |= byte &- 0x21 > 0x5d ? 1 : 0 }
        return odd == 0
    }
}
