import HTTP
import JSON
import Models
import Postgres
import Web

/// The change feed: a snapshot, then every change as it commits, one JSON object a line.
struct ChangeFeedRoutes: Sendable {
    /// How many changes one read fetches.
    private static let batch = 1000
    /// How much of a snapshot is written at once.
    private static let pieceSize = 65_536

    let database: Database
    let signal: ChangeSignalService

    /// Where a reader goes on.
    struct Position: Codable, Sendable {
        var after: Int64?
    }

    func stream(_ context: RequestContext, _ query: Query<Position>) async throws -> Raw {
        let after = query.value.after
        return Raw(
            HTTPResponse(
                status: 200, headers: ["Content-Type": "application/x-ndjson", "Cache-Control": "no-store"],
                body: .stream(length: nil) { writer in try await write(after: after, to: writer) }))
    }

    private func write(after: Int64?, to writer: HTTPBodyWriter) async throws {
        let store = ChangeStore(rows: database)
        // Before the first read, so that no change falls between reading and waiting.
        let (id, signals) = signal.subscribe()
        defer { signal.unsubscribe(id) }
        var position = try await begin(after: after, store, writer)
        position = try await writeChanges(after: position, store, writer)
        for await _ in signals {
            let reached = try await writeChanges(after: position, store, writer)
            if reached == position {
                try await writer.write(try heartbeat(at: position))
            }
            position = reached
        }
    }

    /// Goes on from a number that is still kept, else begins with a snapshot.
    ///
    /// A number above the newest is of another history, such as that before a restore. 0 is nobody's position: whoever
    /// has nothing yet needs the snapshot, since not all of it is told by changes.
    private func begin(after: Int64?, _ store: ChangeStore, _ writer: HTTPBodyWriter) async throws -> Int64 {
        if let after, after > 0 {
            let (oldest, newest) = try await store.bounds()
            if after <= newest, after >= oldest - 1 {
                // The reader learns at once that it is heard, and how far it has to read to know all.
                try await writer.write(try heartbeat(at: newest))
                return after
            }
        }
        return try await writeSnapshot(store, writer)
    }

    private func writeSnapshot(_ store: ChangeStore, _ writer: HTTPBodyWriter) async throws -> Int64 {
        let rows = try await store.snapshot()
        let asOf = rows.first?.asOf ?? 0
        var piece = try line(.init(sequence: asOf, kind: .snapshotStarted, key: "", value: nil))
        for row in rows {
            piece += try line(.init(sequence: asOf, kind: row.kind, key: row.key, value: row.value))
            guard piece.count >= Self.pieceSize else { continue }
            try await writer.write(piece)
            piece.removeAll(keepingCapacity: true)
            // A long snapshot lets the loop's other work through.
            await Task.yield()
        }
        piece += try line(.init(sequence: asOf, kind: .snapshotFinished, key: "", value: nil))
        try await writer.write(piece)
        return asOf
    }

    private func writeChanges(after: Int64, _ store: ChangeStore, _ writer: HTTPBodyWriter) async throws -> Int64 {
        var position = after
        while true {
            let rows = try await store.list(after: position, limit: Self.batch)
            guard let last = rows.last else { return position }
            var piece: [UInt8] = []
            for row in rows {
                piece += try line(.init(sequence: row.sequence, kind: row.kind, key: row.key, value: row.value))
            }
            try await writer.write(piece)
            position = last.sequence
        }
    }

    private func heartbeat(at position: Int64) throws -> [UInt8] {
        try line(.init(sequence: position, kind: .heartbeat, key: "", value: nil))
    }

    private func line(_ entry: ChangeFeedAPI.Entry) throws -> [UInt8] { try JSON.encode(entry) + [0x0a] }
}
