/// Finds the frames' heads in what comes, before nghttp2 takes it: it does not tell of all that it ignores.
struct HTTP2FrameScanner {
    struct Header {
        var length = 0
        var type: UInt8 = 0
        var flags: UInt8 = 0
        var stream: UInt32 = 0
    }

    private var toSkip = HTTP2Preface.length
    private var partialCount = 0
    private(set) var header = Header()
    /// Whether the frames' last ended no header block.
    private(set) var isInBlock = false

    /// Whether everything that began has ended.
    var isBetweenFrames: Bool { toSkip == 0 && partialCount == 0 && !isInBlock }

    /// Reads up to the end of the next head; returns where that is, nil when there is none in what has come.
    mutating func next(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var at = start
        let skipped = min(toSkip, bytes.count - at)
        toSkip -= skipped
        at += skipped
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch partialCount {
            case 0: header.length = Int(byte) << 16
            case 1: header.length |= Int(byte) << 8
            case 2: header.length |= Int(byte)
            case 3: header.type = byte
            case 4: header.flags = byte
            case 5: header.stream = UInt32(byte & 0x7f)
            default: header.stream = header.stream << 8 | UInt32(byte)
            }
            partialCount += 1
            guard partialCount == 9 else { continue }
            partialCount = 0
            toSkip = header.length
            // HEADERS and CONTINUATION, END_HEADERS.
            if header.type == 1 || header.type == 9 { isInBlock = header.flags & 4 == 0 }
            return at
        }
        return nil
    }
}
