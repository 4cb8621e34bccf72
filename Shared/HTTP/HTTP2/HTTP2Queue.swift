/// Bytes of an answer that wait to be framed.
struct HTTP2Queue {
    private var first: [UInt8] = []
    private var at = 0
    private var rest: [[UInt8]] = []
    private var nextOfRest = 0
    private(set) var count = 0

    mutating func append(_ bytes: [UInt8]) {
        if count == 0 {
            first = bytes
            at = 0
        } else {
            rest.append(bytes)
        }
        count += bytes.count
    }

    /// Moves bytes to the output; the caller knows that there are as many.
    mutating func take(_ wanted: Int, into output: OutputBuffer) {
        var left = wanted
        while left > 0 {
            let part = min(left, first.count - at)
            first.withUnsafeBytes { output.append(UnsafeRawBufferPointer(rebasing: $0[at..<at + part])) }
            at += part
            left -= part
            count -= part
            if at == first.count { takeNextPiece() }
        }
    }

    private mutating func takeNextPiece() {
        at = 0
        first = []
        guard nextOfRest < rest.count else { return }
        swap(&first, &rest[nextOfRest])
        nextOfRest += 1
        guard nextOfRest == rest.count else { return }
        rest.removeAll(keepingCapacity: true)
        nextOfRest = 0
    }
}
