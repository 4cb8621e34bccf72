/// Follows the frames of a WebSocket that passes by (RFC 6455, 5.2), so that a frame can be put between two of them.
///
/// It judges nothing: what the ends make of the bytes is theirs.
struct FrameBoundaries {
    /// The bytes of the frame's head so far: two, the length if it has more, and the mask.
    private var headCount = 0
    private var headSize = 2
    /// Where the length ends and the mask begins.
    private var lengthEnd = 2
    private var length: UInt64 = 0
    /// Bytes of the payload that have not come yet.
    private var remaining: UInt64 = 0

    /// Whether a frame has ended and the next one has not begun.
    var isBetween: Bool { headCount == 0 && remaining == 0 }

    /// Goes over bytes, with `stops` only to the first place between two frames, and answers how many that were.
    mutating func pass(_ bytes: [UInt8], stops: Bool = false) -> Int {
        var at = 0
        while at < bytes.count {
            if stops, isBetween { return at }
            if remaining > 0 {
                let count = min(remaining, UInt64(bytes.count - at))
                remaining -= count
                at += Int(count)
            } else {
                takeHead(bytes[at])
                at += 1
            }
        }
        return at
    }

    private mutating func takeHead(_ byte: UInt8) {
        headCount += 1
        if headCount == 2 {
            let short = byte & 0x7f
            let extended = short == 126 ? 2 : short == 127 ? 8 : 0
            length = extended == 0 ? UInt64(short) : 0
            lengthEnd = 2 + extended
            headSize = lengthEnd + (byte & 0x80 != 0 ? 4 : 0)
        } else if headCount > 2, headCount <= lengthEnd {
            length = length << 8 | UInt64(byte)
        }
        guard headCount >= headSize else { return }
        remaining = length
        (headCount, headSize, lengthEnd) = (0, 2, 2)
    }
}
