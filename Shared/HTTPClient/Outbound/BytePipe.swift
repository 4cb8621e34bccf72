/// Bytes from one task to another on the same loop: whoever writes waits until what is there was taken.
///
/// Confined to its loop, hence `@unchecked Sendable`.
package final class BytePipe: ByteSource, @unchecked Sendable {
    private enum End {
        case whole
        case broken(any Error)
    }

    package let length: Int64? = nil
    private var waiting: [UInt8]?
    private var end: End?
    private var reader: CheckedContinuation<Void, Never>?
    private var writer: CheckedContinuation<Void, Never>?

    package init() {}

    /// Hands bytes over; throws once nobody wants any more.
    package func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        while waiting != nil, end == nil { await withCheckedContinuation { writer = $0 } }
        if case .broken(let error) = end { throw error }
        waiting = bytes
        resumeReader()
    }

    /// There is no more.
    package func finish() {
        if end == nil { end = .whole }
        resumeReader()
        resumeWriter()
    }

    /// Ends it for both sides.
    package func fail(_ error: any Error) {
        end = .broken(error)
        resumeReader()
        resumeWriter()
    }

    /// The next piece, nil at the end.
    package func next() async throws -> [UInt8]? {
        while waiting == nil, end == nil { await withCheckedContinuation { reader = $0 } }
        if case .broken(let error) = end { throw error }
        guard let bytes = waiting else { return nil }
        waiting = nil
        resumeWriter()
        return bytes
    }

    private func resumeReader() {
        reader?.resume()
        reader = nil
    }

    private func resumeWriter() {
        writer?.resume()
        writer = nil
    }
}
