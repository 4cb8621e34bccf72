import BlobStore
import FoundationEssentials
import IO
import Models
import TestSupport
import Testing

@Suite struct FileBlobStoreTests {
    @Test func `a folder keeps every promise`() async throws {
        try await withFolder { loop, folder in
            try await BlobStorePromises(loop: loop, store: FileBlobStore(root: folder, reservePercent: 0)).checkAll()
        }
    }

    @Test func `a failed upload leaves no file behind`() async throws {
        try await withFolder { _, folder in
            let store = FileBlobStore(root: folder)
            let key = BlobKey(tenant: .make(), recording: .make(), .original)
            await #expect(throws: BlobStoreError.lengthMismatch) {
                _ = try await store.put(key, Pieces([1, 2], of: 1, length: 3))
            }
            let left = try FileManager.default.subpathsOfDirectory(atPath: folder)
            #expect(left == [".incoming"])
        }
    }

    @Test func `folders that have become empty go with their last blob`() async throws {
        try await withFolder { _, folder in
            let store = FileBlobStore(root: folder)
            let recording = RecordingID.make()
            let keys = [BlobKey.Variant.original, .peaks].map { BlobKey(tenant: .make(), recording: recording, $0) }
            for key in keys { _ = try await store.put(key, Pieces([1], of: 1, length: 1)) }
            for key in keys { try await store.delete(key) }
            let left = try FileManager.default.subpathsOfDirectory(atPath: folder)
            #expect(left == [".incoming"])
        }
    }

    @Test func `uploads stop at the reserve`() async throws {
        try await withFolder { _, folder in
            do {
                try await FileBlobStore(root: folder, reservePercent: 100).checkRoom(for: 0)
                Issue.record("there was room")
            } catch let failure as Failure {
                #expect(failure.status == 507)
            }
            let wide = FileBlobStore(root: folder, reservePercent: 0)
            await #expect(throws: Failure.self) { try await wide.checkRoom(for: 1 << 60) }
        }
    }

    @Test func `what a crashed upload left is removed once it is old`() async throws {
        try await withFolder { _, folder in
            let incoming = folder + "/.incoming"
            try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: true)
            for name in ["old", "young"] { try Data([1]).write(to: URL(fileURLWithPath: "\(incoming)/\(name)")) }
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -100_000)], ofItemAtPath: "\(incoming)/old")
            try await FileBlobStore(root: folder).removeAbandoned(olderThan: .seconds(86_400))
            let left = try FileManager.default.contentsOfDirectory(atPath: incoming)
            #expect(left == ["young"])
        }
    }

    @Test(arguments: ["", "/", "a//b", "../a", "a/..", "a/.b", "A", "a b", "a/b/", "ä", "a%2fb", "1/2/3/4/5/6/7/8/9"])
    func `what could leave the folder is no key`(text: String) {
        #expect(BlobKey(text) == nil)
    }

    @Test func `a recording's key names its tenant, its month and itself`() throws {
        let recording = RecordingID(UUID(high: 1_767_225_600_000 << 16 | 0x7000, low: 0x8000_0000_0000_0001))
        let tenant = TenantID.make()
        let key = BlobKey(tenant: tenant, recording: recording, .redacted)
        #expect(key.description == "\(tenant)/2026/01/\(recording)/redacted")
        #expect(BlobKey(key.description) == key && key.tenant == tenant)
    }
}

/// Runs a body on a loop with a folder of its own, which is removed afterwards.
func withFolder(_ body: @escaping @Sendable (EventLoop, String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try await withLoop { loop in try await body(loop, folder) }
    try FileManager.default.removeItem(atPath: folder)
}
