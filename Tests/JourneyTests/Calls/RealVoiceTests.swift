import FoundationEssentials
import Glibc
import Models
import Testing

/// A recording of a real voice, which is not part of this project.
enum RealVoice {
    static let recording: String? = getenv("SWITCHBOARD_SHARED").map { "\(String(cString: $0))/speech/jfk.wav" }
        .flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
}

@Suite(
    .timeLimit(.minutes(20)), .enabled(if: Recogniser.folder != nil, "no local recogniser (LOCAL_RECOGNISER)"),
    .enabled(if: RealVoice.recording != nil, "no recording of a real voice (SWITCHBOARD_SHARED)"))
struct RealVoiceTests {
    private static let spoken = """
        And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.
        """

    @Test(arguments: [false, true])
    func `a real voice is understood, on the telephone too`(isTelephone: Bool) async throws {
        try await SharedSuite.visit { visit in
            let path = try #require(RealVoice.recording)
            let suite = visit.suite
            let bytes = try await suite.blocking {
                isTelephone
                    ? try Speech(in: suite.folder).telephone(path)
                    : [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            }
            let key = try await TenantUnderTest.make(visit).key([.callsRead, .callsWrite])
            let call = try await key.createCall()
            try await key.upload(bytes, to: call.id).expect(202)
            let processed = try await key.processed(call.id)
            let heard = processed.transcript?.segments.map(\.text).joined(separator: " ") ?? ""
            #expect(Words.errorRate(heard, spoken: Self.spoken) <= 0.1, "\(heard)")
            #expect(processed.transcript?.segments.allSatisfy { $0.speaker == .unknown } == true)
            #expect(processed.analysis?.quality == nil)
            #expect(processed.analysis?.qualityUnavailableReason != nil)
        }
    }
}
