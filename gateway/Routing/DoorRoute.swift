import Models

/// Where a path goes, and the bounds within which it may.
final class DoorRoute: Sendable {
    /// The row of the table, by which metrics name it; it tells nothing of who asked for what.
    let template: String
    /// The row's place in the table.
    let index: Int
    let service: ServiceName
    let kind: RouteKind
    /// The largest request body, in bytes.
    let bodyLimit: Int64
    /// How long the service may take to begin its answer.
    let patience: Duration
    /// The same in the loop's unit: asked for at every request.
    let patienceMilliseconds: UInt64
    /// The template's segments; `*` stands for one, `**` at the end for any number.
    let segments: [Substring]
    /// Whether the template ends with `**`.
    private let isOpen: Bool
    /// The template once more: paths are held against its bytes.
    private let bytes: [UInt8]

    init(template: String, index: Int, service: ServiceName, kind: RouteKind, bodyLimit: Int64, patience: Duration) {
        self.template = template
        self.index = index
        self.service = service
        self.kind = kind
        self.bodyLimit = bodyLimit
        self.patience = patience
        patienceMilliseconds = patience.wholeMilliseconds
        segments = template.split(separator: "/")
        isOpen = segments.last == "**"
        bytes = Array(template.utf8)
    }

    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        bytes.withUnsafeBufferPointer(body)
    }

    /// Whether the bytes of a normalised path, which has so many segments, fit the template, segment by segment.
    func matches(_ path: UnsafeBufferPointer<UInt8>, count: Int) -> Bool {
        guard isOpen ? count >= segments.count - 1 : count == segments.count else { return false }
        return withBytes { template in
            var (at, place) = (1, 1)
            while at < template.count {
                let (wanted, found) = (template.segment(from: at), path.segment(from: place))
                if wanted.isWord("**") { return true }
                guard !found.isEmpty, wanted.isWord("*") || wanted.equals(found) else { return false }
                at += wanted.count + 1
                place += found.count + 1
            }
            return place >= path.count
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    func isWord(_ word: StaticString) -> Bool {
        equals(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}

/// What kind of traffic a route carries; limits are counted for each kind on its own.
enum RouteKind: String, CaseIterable, Sendable {
    /// Sign-in, sign-up and what else anybody may call: few requests a person, dear to answer.
    case signIn = "sign-in"
    /// The API of the console and of tenants' software.
    case api
    /// Large bodies in or out.
    case transfer
    /// Long-lived answers: WebSocket and server-sent events.
    case stream
    /// Events of providers.
    case hook
    /// What a visitor of a tenant's own web site may call.
    case visitor
    /// Published documents.
    case document
}
