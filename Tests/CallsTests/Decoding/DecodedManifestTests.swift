import JSON
import Testing

@testable import Calls

@Suite struct DecodedManifestTests {
    @Test func `the manifest of twelve hours in two channels is read as it was written`() throws {
        let pieces = (0..<1_500).map { id in
            DecodedManifest.Piece(
                id: id, channel: id % 2, file: "\(id % 2)-\(id / 2).f32", frames: 960_000,
                spans: (0..<30).map {
                    .init(pieceStartSeconds: Double($0) * 2, startSeconds: Double(id) * 60.02, durationSeconds: 1.98)
                })
        }
        let manifest = DecodedManifest(
            contentType: "audio/ogg", codec: "opus", sampleRate: 48_000, channels: 2, durationSeconds: 43_200.0625,
            hasIdenticalChannels: false,
            peaks: [[Int](repeating: -127, count: 2_000), [Int](repeating: 127, count: 2_000)],
            pieces: pieces)
        let bytes = try JSON.encode(manifest)
        #expect(bytes.count < 32 << 20)
        #expect(try JSON.decode(DecodedManifest.self, from: bytes) == manifest)
    }
}
