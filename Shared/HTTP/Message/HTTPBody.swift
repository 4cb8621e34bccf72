package import IO

/// Why a body ended before its end.
package enum HTTPBodyError: Error, Equatable {
    /// The body is larger than the caller wants to hold.
    case tooLarge
    /// The other end closed the connection.
    case connectionClosed
    /// The body's framing is not valid.
    case malformed
    /// The other end sent nothing, or took nothing, for too long.
    case timedOut
    /// A writer wrote another number of bytes than it had declared.
    case lengthMismatch
    /// A second reader asked while one was waiting.
    case alreadyReading
}

/// The bytes of a message, in pieces as they arrive; read once, by one reader.
///
/// The producing connection reads its socket only while little waits here, so a slow reader slows the sender down.
/// Confined to the loop of that connection, hence `@unchecked Sendable`; the shared empty body has no state to share.
package final class HTTPBody: @unchecked Sendable {
    private enum End: Equatable {
        case whole
        case broken(HTTPBodyError)
    }

    /// How many bytes may wait before the producer stops reading its socket.
    package static let highWater = 65_536

    /// Pieces that nobody waits for are put together up to this size.
    private static let smallPiece = 4096

    /// The length that the sender declared; nil when it is chunked or ends with the connection.
    package let declaredLength: Int64?
    private var pieces: [[UInt8]] = []
    private var taken = 0
    /// Bytes that have arrived and were not read yet.
    package private(set) var waiting = 0
    /// The body fails as `tooLarge` where it becomes larger than this; for those whose length was not declared.
    package var mostBytes = Int64.max {
        didSet { if received > mostBytes { fail(.tooLarge) } }
    }
    /// Bytes that have come so far.
    package private(set) var received: Int64 = 0
    private var end: End?
    /// Unsafe: it is set to nil before it is resumed, and who waits holds the body; the checked kind makes every body dear.
    private var reader: UnsafeContinuation<[UInt8]?, any Error>?
    private var onDemand: (() -> Void)?
    /// Held for as long as anybody has the body, beyond its end: what lets its connection go.
    package var lease: AnyObject?

    /// No bytes.
    package static let empty = HTTPBody(bytes: [])

    /// Bytes that are all there.
    package init(bytes: [UInt8]) {
        declaredLength = Int64(bytes.count)
        end = .whole
        guard !bytes.isEmpty else { return }
        pieces = [bytes]
        waiting = bytes.count
    }

    /// A body that a connection fills; `onDemand` is called when the reader waits and nothing is left to give.
    package init(declaredLength: Int64?, onDemand: @escaping () -> Void) {
        self.declaredLength = declaredLength
        self.onDemand = onDemand
    }

    // The reader's side.

    /// The next piece, never empty; nil at the end.
    package func next() async throws -> [UInt8]? {
        if taken < pieces.count { return takeFirst() }
        switch end {
        case nil: break
        case .whole: return nil
        case .broken(let error): throw error
        }
        guard reader == nil else { throw HTTPBodyError.alreadyReading }
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                reader = continuation
                onDemand?()
            }
        } onCancel: {
            interrupt()
        }
    }

    /// All bytes, when they are here already and in one piece; nil otherwise, and then nothing has been taken.
    package func takeWhole() -> [UInt8]? {
        guard let declaredLength, Int64(waiting) == declaredLength, pieces.count - taken <= 1 else { return nil }
        return waiting == 0 ? [] : takeFirst()
    }

    /// Reads to the end; throws `tooLarge` as soon as the declared or the actual length exceeds the limit.
    package func collect(upTo limit: Int) async throws -> [UInt8] {
        if let declaredLength, declaredLength > Int64(limit) { throw HTTPBodyError.tooLarge }
        guard var all = try await next() else { return [] }
        // What is declared is not yet sent: no more than a megabyte is set aside on the sender's word.
        if let declaredLength, all.count < declaredLength { all.reserveCapacity(Int(min(declaredLength, 1 << 20))) }
        while all.count <= limit, let piece = try await next() { all.append(contentsOf: piece) }
        guard all.count <= limit else { throw HTTPBodyError.tooLarge }
        return all
    }

    private func takeFirst() -> [UInt8] {
        var piece: [UInt8] = []
        swap(&piece, &pieces[taken])
        taken += 1
        waiting -= piece.count
        onTake?(piece.count)
        if taken == pieces.count {
            pieces.removeAll(keepingCapacity: true)
            taken = 0
        }
        return piece
    }

    /// Wakes a cancelled reader; `onCancel` runs on whichever thread cancels.
    private func interrupt() {
        guard let loop = interruptionLoop else { return }
        loop.execute { [self] in
            guard let reader else { return }
            self.reader = nil
            reader.resume(throwing: CancellationError())
        }
    }

    /// The loop of the producing connection; set before the body is handed out.
    package var interruptionLoop: EventLoop?

    /// Called with the number of bytes whenever the reader has taken some.
    var onTake: ((Int) -> Void)?

    // The producer's side.

    /// Whether the producer may go on reading its socket.
    package var wantsMore: Bool { end == nil && waiting < Self.highWater }

    /// Whether it was cut off at `mostBytes`.
    package var isTooLarge: Bool { received > mostBytes }

    /// Whether a reader is suspended in `next()`.
    package var hasReader: Bool { reader != nil }

    /// Gives a piece to the reader, or keeps it until it is asked for.
    package func deliver(_ bytes: UnsafeRawBufferPointer) {
        guard end == nil, !bytes.isEmpty else { return }
        received += Int64(bytes.count)
        guard received <= mostBytes else { return fail(.tooLarge) }
        if let reader {
            self.reader = nil
            onTake?(bytes.count)
            return reader.resume(returning: [UInt8](bytes))
        }
        waiting += bytes.count
        // Small pieces are put together: a sender of single bytes would have each kept in an array of its own.
        if let last = pieces.indices.last, last >= taken, pieces[last].count + bytes.count <= Self.smallPiece {
            pieces[last].append(contentsOf: bytes)
        } else {
            pieces.append([UInt8](bytes))
        }
    }

    /// Says that everything has been delivered.
    package func finish() { finish(.whole) }

    /// Says that the rest will not come; what was delivered can still be read.
    package func fail(_ error: HTTPBodyError) { finish(.broken(error)) }

    private func finish(_ end: End) {
        guard self.end == nil else { return }
        self.end = end
        onDemand = nil
        guard let reader else { return }
        self.reader = nil
        switch end {
        case .whole: reader.resume(returning: nil)
        case .broken(let error): reader.resume(throwing: error)
        }
    }
}
