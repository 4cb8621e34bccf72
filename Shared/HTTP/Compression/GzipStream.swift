import CZlib

/// zlib's state for one body in the gzip format; about 256 KiB while it lives.
final class GzipStream: CompressionStream {
    private let state: UnsafeMutablePointer<z_stream>

    init?(level: Int) {
        state = .allocate(capacity: 1)
        state.initialize(to: z_stream())
        guard switchboard_gzip_begin(state, Int32(min(9, max(0, level)))) == Z_OK else {
            state.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(state)
        state.deallocate()
    }

    func compress(_ bytes: [UInt8], _ flush: Compressor.Flush) -> [UInt8]? {
        let mode =
            switch flush {
            case .none: Z_NO_FLUSH
            case .all: Z_SYNC_FLUSH
            case .end: Z_FINISH
            }
        guard bytes.count <= Int(UInt32.max) / 2 else { return nil }
        var output: [UInt8] = []
        var failed = false
        bytes.withUnsafeBufferPointer { input in
            // zlib does not write through the pointer.
            state.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            state.pointee.avail_in = UInt32(input.count)
            var room = max(256, Int(deflateBound(state, UInt(input.count))))
            repeat {
                let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                    state.pointee.next_out = buffer.baseAddress
                    state.pointee.avail_out = UInt32(buffer.count)
                    let status = deflate(state, mode)
                    count = buffer.count - Int(state.pointee.avail_out)
                    // There may be nothing left to do, which is no failure.
                    failed = status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR
                }
                if output.isEmpty { output = piece } else { output += piece }
                room = 65_536
            } while state.pointee.avail_out == 0 && !failed
            state.pointee.next_in = nil
            state.pointee.next_out = nil
        }
        return failed ? nil : output
    }
}
