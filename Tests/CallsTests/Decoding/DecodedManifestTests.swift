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
        #expect(manifest.isPlausible)
    }

    @Test func `a manifest that no recording has is not believed`() {
        let span = DecodedManifest.Span(pieceStartSeconds: 0, startSeconds: 1, durationSeconds: 2)
        let piece = DecodedManifest.Piece(id: 0, channel: 0, file: "0-0.f32", frames: 32_000, spans: [span])
        let good = DecodedManifest(
            contentType: "audio/wav", codec: "pcm", sampleRate: 8_000, channels: 1, durationSeconds: 3,
            hasIdenticalChannels: false, peaks: [[]], pieces: [piece])
        func isBelieved(_ change: (inout DecodedManifest) -> Void) -> Bool {
            var manifest = good
            change(&manifest)
            return manifest.isPlausible
        }
        #expect(isBelieved { _ in })
        #expect(!isBelieved { $0.channels = .max })
        #expect(!isBelieved { $0.channels = 0 })
        #expect(!isBelieved { $0.durationSeconds = 1e300 })
        #expect(!isBelieved { $0.durationSeconds = -1 })
        #expect(!isBelieved { $0.pieces[0].channel = 1 })
        #expect(!isBelieved { $0.pieces[0].frames = .max })
        #expect(!isBelieved { $0.pieces[0].file = "../../recordings/x" })
        #expect(!isBelieved { $0.pieces[0].spans[0].startSeconds = 1e300 })
    }

    @Test func `a probe that no recording has is not believed`() {
        let good = RecordingProbe(contentType: "audio/mpeg", channels: 2, seconds: 3, declaredSeconds: nil)
        func isBelieved(_ change: (inout RecordingProbe) -> Void) -> Bool {
            var probe = good
            change(&probe)
            return probe.isPlausible
        }
        #expect(isBelieved { $0.declaredSeconds = 7_200 })
        #expect(!isBelieved { $0.contentType = "text/html" })
        #expect(!isBelieved { $0.channels = 1 << 40 })
        #expect(!isBelieved { $0.seconds = .nan })
        #expect(!isBelieved { $0.declaredSeconds = 1e300 })
    }
}
