import HTTP

/// Which fields a request has of those that the door asks about; found in one pass over the names.
struct RequestFields: OptionSet {
    let rawValue: UInt8

    static let traceparent = RequestFields(rawValue: 1)
    /// Entity tags, which name the coding of what they stand for.
    static let tags = RequestFields(rawValue: 2)
    static let codings = RequestFields(rawValue: 4)
    static let authorization = RequestFields(rawValue: 8)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ headers: HTTPHeaders) {
        var found: RequestFields = []
        headers.forEachName { found.formUnion(Self.field($0)) }
        self = found
    }

    /// The names, told apart by their lengths first.
    private static func field(_ name: UnsafeBufferPointer<UInt8>) -> RequestFields {
        switch name.count {
        case 8: name.isCaseless("if-match") ? tags : []
        case 11: name.isCaseless("traceparent") ? traceparent : []
        case 13: name.isCaseless("if-none-match") ? tags : name.isCaseless("authorization") ? authorization : []
        case 15: name.isCaseless("accept-encoding") ? codings : []
        default: []
        }
    }
}
