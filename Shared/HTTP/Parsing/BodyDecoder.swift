/// Finds the bytes of a body in the input, whatever its framing.
package struct BodyDecoder {
    private enum State {
        case length(Int64)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    private var state: State

    /// A decoder for one body.
    package init(_ framing: HTTPBodyFraming, limits: HTTPLimits = HTTPLimits()) {
        state =
            switch framing {
            case .none: .length(0)
            case .length(let length): .length(length)
            case .chunked: .chunked(ChunkedDecoder(limits: limits))
            case .untilClose: .untilClose
            }
    }

    /// How many bytes are still to come; nil when that is not known.
    package var remaining: Int64? {
        guard case .length(let left) = state else { return nil }
        return left
    }

    /// Decodes from `start` on; `end` comes as soon as the last byte has been seen.
    package mutating func next(_ bytes: Span<UInt8>, from start: Int) -> ChunkedDecoder.Step {
        switch state {
        case .length(0): return .end(start)
        case .length(let left):
            guard start < bytes.count else { return .needMore }
            let end = start + Int(min(Int64(bytes.count - start), left))
            state = .length(left - Int64(end - start))
            return .bytes(start..<end)
        case .chunked(var decoder):
            // Taken out and put back, so that the decoder's buffer is not copied.
            state = .untilClose
            let step = decoder.next(bytes, from: start)
            state = .chunked(decoder)
            return step
        case .untilClose: return start < bytes.count ? .bytes(start..<bytes.count) : .needMore
        }
    }
}
