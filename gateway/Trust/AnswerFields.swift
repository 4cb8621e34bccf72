import HTTP

/// Which fields an answer has of those that the door asks about; found in one pass over the names.
struct AnswerFields: OptionSet {
    let rawValue: UInt16

    static let contentType = AnswerFields(rawValue: 1)
    static let cacheControl = AnswerFields(rawValue: 2)
    static let resourcePolicy = AnswerFields(rawValue: 4)
    static let securityPolicy = AnswerFields(rawValue: 8)
    static let referrerPolicy = AnswerFields(rawValue: 16)
    static let coding = AnswerFields(rawValue: 32)
    static let range = AnswerFields(rawValue: 64)
    static let cookie = AnswerFields(rawValue: 128)
    /// What a service says of other origins.
    static let crossOrigin = AnswerFields(rawValue: 256)
    /// What the door says itself.
    static let own = AnswerFields(rawValue: 512)

    init(rawValue: UInt16) { self.rawValue = rawValue }

    init(_ headers: HTTPHeaders) {
        var found: AnswerFields = []
        headers.forEachName { found.formUnion(Self.field($0)) }
        self = found
    }

    /// The names, told apart by their lengths first.
    private static func field(_ name: UnsafeBufferPointer<UInt8>) -> AnswerFields {
        func isNamed(_ word: StaticString, _ field: AnswerFields) -> AnswerFields { name.isCaseless(word) ? field : [] }
        switch name.count {
        case 9: return isNamed("ratelimit", own)
        case 10: return isNamed("set-cookie", cookie)
        case 12: return isNamed("content-type", contentType).union(isNamed("x-request-id", own))
        case 13: return isNamed("cache-control", cacheControl).union(isNamed("content-range", range))
        case 15: return isNamed("referrer-policy", referrerPolicy)
        case 16: return isNamed("content-encoding", coding).union(isNamed("ratelimit-policy", own))
        case 22: return isNamed("x-content-type-options", own)
        case 23: return isNamed("content-security-policy", securityPolicy)
        case 25: return isNamed("strict-transport-security", own)
        case 27: return isNamed("access-control-allow-origin", crossOrigin)
        case 28: return isNamed("cross-origin-resource-policy", resourcePolicy)
        case 32: return isNamed("access-control-allow-credentials", crossOrigin)
        default: return []
        }
    }

    /// The names of `own`, which the door writes for every answer.
    private static let ownNames = HeaderNames(
        "ratelimit ratelimit-policy x-request-id x-content-type-options strict-transport-security")

    /// Takes out what the door says itself.
    static func removeOwn(from headers: inout HTTPHeaders) {
        headers.removeAll(whereName: { ownNames.contains($0) })
    }
}
