import CBrotli

/// brotli's state for one body.
final class BrotliStream: CompressionStream {
    /// A window of 256 KiB: more costs memory for every body and wins little on answers of an API.
    private static let windowBits: UInt32 = 18

    private let state: OpaquePointer

    init?(level: Int) {
        guard let state = BrotliEncoderCreateInstance(nil, nil, nil) else { return nil }
        self.state = state
        BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, UInt32(min(11, max(0, level))))
        BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, Self.windowBits)
    }

    deinit { BrotliEncoderDestroyInstance(state) }

    func compress(_ bytes: [UInt8], _ flush: Compressor.Flush) -> [UInt8]? {
        let operation =
            switch flush {
            case .none: BROTLI_OPERATION_PROCESS
            case .all: BROTLI_OPERATION_FLUSH
            case .end: BROTLI_OPERATION_FINISH
            }
        var output: [UInt8] = []
        var succeeded = true
        bytes.withUnsafeBufferPointer { input in
            var available = input.count
            var next = input.baseAddress
            repeat {
                var room = 0
                succeeded = BrotliEncoderCompressStream(state, operation, &available, &next, &room, nil, nil) != 0
                var length = 0
                while succeeded, let ready = BrotliEncoderTakeOutput(state, &length), length > 0 {
                    output.append(contentsOf: UnsafeBufferPointer(start: ready, count: length))
                    length = 0
                }
            } while succeeded && (available > 0 || BrotliEncoderHasMoreOutput(state) != 0)
        }
        return succeeded ? output : nil
    }
}
