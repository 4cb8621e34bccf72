/// The streams of a connection that have ended, as far as a late frame's meaning depends on how they did.
///
/// nghttp2 ignores frames on streams that are gone. RFC 9113, 5.1 allows that only for those that the server has reset,
/// on which the client may have sent frames before it knew.
struct HTTP2ClosedStreams {
    private static let keptByPeer = 16
    private static let keptHere = 128

    private var byPeer: [UInt32] = []
    private var nextByPeer = 0
    private var here: [UInt32] = []
    private var nextHere = 0
    /// Below this, streams may have been reset from here and be forgotten.
    private var forgotten: UInt32 = 0

    /// The client has ended the stream.
    mutating func addEndedByPeer(_ id: UInt32) {
        guard byPeer.count == Self.keptByPeer else { return byPeer.append(id) }
        byPeer[nextByPeer] = id
        nextByPeer = (nextByPeer + 1) % Self.keptByPeer
    }

    /// The server has reset the stream.
    mutating func addReset(_ id: UInt32) {
        guard here.count == Self.keptHere else { return here.append(id) }
        forgotten = max(forgotten, here[nextHere])
        here[nextHere] = id
        nextHere = (nextHere + 1) % Self.keptHere
    }

    func isEndedByPeer(_ id: UInt32) -> Bool { byPeer.contains(id) }

    /// Whether a frame may have been on its way.
    func mayBeLate(_ id: UInt32) -> Bool { id <= forgotten || here.contains(id) }
}
