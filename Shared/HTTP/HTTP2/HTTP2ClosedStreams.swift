/// The last few streams that the client itself has ended.
///
/// A frame on one of them cannot have been on its way, as one on a stream that the server reset can (RFC 9113, 5.1).
struct HTTP2ClosedStreams {
    private static let kept = 16

    private var ids: [Int32] = []
    private var next = 0

    mutating func add(_ id: Int32) {
        guard ids.count == Self.kept else { return ids.append(id) }
        ids[next] = id
        next = (next + 1) % Self.kept
    }

    func contains(_ id: Int32) -> Bool { ids.contains(id) }
}
