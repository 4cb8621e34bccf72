import BlobStore
import Crypto
import FoundationEssentials
import HTTP
import HTTPClient
import IO
import Models
import Testing

/// What every store has to keep, whichever it is.
struct BlobStorePromises {
    let loop: EventLoop
    let store: any BlobStore
    let tenant = TenantID.make()

    func checkAll() async throws {
        try await storesAndGivesBack()
        try await givesRanges()
        try await storesWhatHasNoLength()
        try await keepsNothingOfFailedPuts()
        try await replacesAndDeletes()
        try await listsInPages()
        try await hasRoom()
    }

    private func key(_ variant: BlobKey.Variant = .original) -> BlobKey {
        BlobKey(tenant: tenant, recording: RecordingID.make(), variant)
    }

    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) } }

    private func read(_ content: BlobContent?) async throws -> [UInt8]? {
        guard let content else { return nil }
        var all: [UInt8] = []
        while let piece = try await content.source.next() { all += piece }
        #expect(Int64(all.count) == content.range.upperBound - content.range.lowerBound)
        return all
    }

    private func read(_ key: BlobKey) async throws -> [UInt8]? { try await read(store.get(key, range: nil)) }

    private func storesAndGivesBack() async throws {
        for count in [0, 1, 300_000, 1_000_001] {
            let (key, bytes) = (key(), bytes(count))
            let stored = try await store.put(key, Pieces(bytes, of: 70_000, length: Int64(count)))
            #expect(stored.size == Int64(count) && stored.sha256 == SHA256.digest(bytes))
            #expect(try await store.size(of: key) == Int64(count))
            #expect(try await read(key) == bytes)
        }
        #expect(try await store.size(of: key()) == nil)
        #expect(try await read(key()) == nil)
    }

    private func givesRanges() async throws {
        let (key, bytes) = (key(), bytes(200_000))
        _ = try await store.put(key, Pieces(bytes, of: 50_000, length: 200_000))
        for range in [0..<1, 1000..<150_001, 199_999..<200_000, 100_000..<Int64.max] as [Range<Int64>] {
            let content = try #require(try await store.get(key, range: range))
            let end = min(range.upperBound, 200_000)
            #expect(content.size == 200_000 && content.range == range.lowerBound..<end)
            #expect(try await read(content) == Array(bytes[Int(range.lowerBound)..<Int(end)]))
        }
        let behind = try #require(try await store.get(key, range: 200_000..<200_001))
        #expect(behind.size == 200_000 && behind.range.isEmpty)
        #expect(try await read(behind) == [])
    }

    private func storesWhatHasNoLength() async throws {
        // Less than a part, exactly two parts, and two and a bit.
        let part = 5 << 20
        for count in [0, 10, 2 * part, 2 * part + 12_345] {
            let (key, bytes) = (key(.peaks), [UInt8](repeating: UInt8(count % 251), count: count))
            let stored = try await store.put(key, Pieces(bytes, of: 1_000_003, length: nil))
            #expect(stored.size == Int64(count) && stored.sha256 == SHA256.digest(bytes))
            #expect(try await read(key) == bytes)
        }
    }

    private func keepsNothingOfFailedPuts() async throws {
        let part = 5 << 20
        let sources: [Pieces] = [
            Pieces(bytes(1000), of: 100, length: 2000),
            Pieces(bytes(1000), of: 100, length: 500),
            Pieces([UInt8](repeating: 1, count: part + 10), of: 100_000, length: Int64(part + 20)),
            Pieces([UInt8](repeating: 1, count: 3 * part), of: 100_000, length: nil, failingAt: 2 * part + 100_000),
            Pieces(bytes(1000), of: 100, length: 1000, failingAt: 300),
        ]
        for source in sources {
            let key = key()
            await #expect(throws: (any Error).self) { _ = try await store.put(key, source) }
            #expect(try await store.size(of: key) == nil)
        }
    }

    private func replacesAndDeletes() async throws {
        let key = key(.redacted)
        for bytes in [bytes(5000), bytes(10)] {
            _ = try await store.put(key, Pieces(bytes, of: 1000, length: nil))
            #expect(try await read(key) == bytes)
        }
        try await store.delete(key)
        #expect(try await store.size(of: key) == nil)
        // Once more is no error.
        try await store.delete(key)
    }

    private func listsInPages() async throws {
        let own = TenantID.make()
        var expected: Set<BlobKey> = []
        for _ in 0..<7 {
            let recording = RecordingID.make()
            for variant in BlobKey.Variant.allCases {
                let key = BlobKey(tenant: own, recording: recording, variant)
                expected.insert(key)
                _ = try await store.put(key, Pieces([1, 2, 3], of: 3, length: 3))
            }
        }
        var found: [BlobEntry] = []
        var after: BlobKey?
        while true {
            let page = try await store.list(after: after, limit: 5)
            guard let last = page.last else { break }
            #expect(page.count <= 5)
            found += page.filter { $0.key.tenant == own }
            after = last.key
        }
        #expect(Set(found.map(\.key)) == expected && found.count == expected.count)
        #expect(found.allSatisfy { $0.size == 3 && abs(($0.storedAt - .now()).components.seconds) < 60 })
    }

    private func hasRoom() async throws {
        try await store.checkRoom(for: 1)
    }
}

/// Bytes in pieces of a size, which may break off.
final class Pieces: ByteSource, @unchecked Sendable {
    struct Broken: Error {}

    let length: Int64?
    private let bytes: [UInt8]
    private let size: Int
    private let failingAt: Int
    private var at = 0

    init(_ bytes: [UInt8], of size: Int, length: Int64?, failingAt: Int = .max) {
        self.bytes = bytes
        self.size = size
        self.length = length
        self.failingAt = failingAt
    }

    func next() async throws -> [UInt8]? {
        guard at < failingAt else { throw Broken() }
        guard at < bytes.count else { return nil }
        let end = min(bytes.count, at + size)
        defer { at = end }
        return Array(bytes[at..<end])
    }
}
