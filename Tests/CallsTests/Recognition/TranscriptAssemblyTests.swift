import Models
import Testing

@testable import Calls

@Suite struct TranscriptAssemblyTests {
    /// Channel 0 speaks at 10 to 14 s and at 30 to 35 s, channel 1 at 15 to 20 s; silences are cut out.
    private static func manifest(channels: Int = 2, areIdentical: Bool = false) -> DecodedManifest {
        DecodedManifest(
            contentType: "audio/wav", codec: "pcm", sampleRate: 8_000, channels: channels, durationSeconds: 60,
            hasIdenticalChannels: areIdentical, peaks: [],
            pieces: [
                .init(
                    id: 0, channel: 0, file: "a", frames: 144_000,
                    spans: [
                        .init(pieceStartSeconds: 0, startSeconds: 10, durationSeconds: 4),
                        .init(pieceStartSeconds: 4, startSeconds: 30, durationSeconds: 5),
                    ]),
                .init(
                    id: 1, channel: 1, file: "b", frames: 80_000,
                    spans: [.init(pieceStartSeconds: 0, startSeconds: 15, durationSeconds: 5)]),
            ])
    }

    private static let heard = [
        RecognisedSegment(piece: 0, start: 0.5, end: 3.5, text: " Good morning."),
        RecognisedSegment(piece: 0, start: 4.25, end: 8, text: "Shall we?", isDoubtful: true),
        RecognisedSegment(piece: 1, start: 0, end: 5, text: "Hello, I have a question."),
    ]

    @Test func `channels are merged by the time of the recording and labelled by the agent's channel`() {
        let segments = TranscriptAssembly(manifest: Self.manifest(), agentChannel: 1).segments(of: Self.heard)
        #expect(segments.map(\.id) == [0, 1, 2])
        #expect(segments.map(\.channel) == [0, 1, 0])
        #expect(segments.map(\.speaker) == [.customer, .agent, .customer])
        #expect(segments.map(\.startSeconds) == [10.5, 15, 30.25])
        #expect(segments.map(\.endSeconds) == [13.5, 20, 34])
        #expect(segments.map(\.text) == ["Good morning.", "Hello, I have a question.", "Shall we?"])
        #expect(segments.map(\.isDoubtful) == [false, false, true])
    }

    @Test func `nobody is guessed`() {
        let unknown: [TranscriptAssembly] = [
            TranscriptAssembly(manifest: Self.manifest(), agentChannel: nil),
            TranscriptAssembly(manifest: Self.manifest(channels: 1), agentChannel: 0),
            TranscriptAssembly(manifest: Self.manifest(areIdentical: true), agentChannel: 0),
        ]
        for assembly in unknown {
            #expect(assembly.segments(of: Self.heard).allSatisfy { $0.speaker == .unknown })
        }
    }

    @Test func `a segment across a silence that was cut out is parted where its words are`() {
        let segment = RecognisedSegment(
            piece: 0, start: 3, end: 6, text: "Thank you. Next question",
            words: [
                .init(start: 3, end: 3.4), .init(start: 3.4, end: 3.9), .init(start: 4.2, end: 4.8),
                .init(start: 5, end: 6),
            ])
        let segments = TranscriptAssembly(manifest: Self.manifest(), agentChannel: 0).segments(of: [segment])
        #expect(segments.map(\.text) == ["Thank you.", "Next question"])
        #expect(segments.map(\.startSeconds) == [13, 30.2])
        #expect(segments.map(\.endSeconds) == [13.9, 32])
    }

    @Test func `words keep their times and places, whatever the engine leaves out of them`() {
        let text = "(Thank you.) It's $40, next"
        let words = ["Thank", "you", "It's", "40", "next"].enumerated().map {
            RecognisedSegment.Word(start: 3 + Double($0) * 0.5, end: 3.4 + Double($0) * 0.5, text: $1)
        }
        let segment = RecognisedSegment(piece: 0, start: 3, end: 6, text: text, words: words)
        let segments = TranscriptAssembly(manifest: Self.manifest(), agentChannel: 0).segments(of: [segment])
        #expect(segments.map(\.text) == ["(Thank you.)", "It's $40, next"])
        let spoken = segments.map { segment in
            segment.words.map { word in
                String(decoding: Array(segment.text.utf16)[word.range], as: UTF16.self)
            }
        }
        #expect(spoken == [["(Thank", "you.)"], ["It's", "$40,", "next"]])
        #expect(segments[0].words.map(\.startSeconds) == [13, 13.5])
        #expect(segments[1].words.map(\.startSeconds) == [30, 30.5, 31])
        // Scripts without spaces, and words that are others.
        let thai = "\u{0E2A}\u{0E27}\u{0E31}\u{0E2A}\u{0E14}\u{0E35}\u{0E04}\u{0E23}\u{0E31}\u{0E1A}"
        let parts = [String(thai.prefix(3)), String(thai.dropFirst(3))]
        let aligned = SpokenWord.align(
            parts.enumerated().map { .init(start: Double($0), end: Double($0) + 1, text: $1) }, with: thai)
        #expect(aligned.map(\.range.lowerBound) == [0, parts[0].utf16.count])
        #expect(SpokenWord.align([.init(start: 0, end: 1, text: "other")], with: "two words").isEmpty)
        #expect(SpokenWord.align([.init(start: .nan, end: 1, text: "word")], with: "word").isEmpty)
    }

    @Test func `words of several segments are told apart by their letters`() throws {
        let words = ["Yes", "4111", "1111", "No"].map { RecognisedSegment.Word(start: 0, end: 0, text: $0) }
        let shared = try #require(SpokenWord.share(words, among: [" Yes, 4111", "", "1111. No!"]))
        #expect(shared.map { $0.map(\.text) } == [["Yes", "4111"], [], ["1111", "No"]])
        #expect(SpokenWord.share(words, among: ["Yes"]) == nil)
    }

    @Test func `without times of words the segment stays whole and reaches over the silence`() {
        let segment = RecognisedSegment(piece: 0, start: 3, end: 6, text: "Thank you. Next question")
        let segments = TranscriptAssembly(manifest: Self.manifest(), agentChannel: 0).segments(of: [segment])
        #expect(segments.map(\.startSeconds) == [13])
        #expect(segments.map(\.endSeconds) == [32])
    }

    @Test func `times outside of the piece, turned round or no numbers do no harm`() {
        let wild = [
            RecognisedSegment(piece: 0, start: -5, end: 900, text: "a"),
            RecognisedSegment(piece: 0, start: 5, end: 1, text: "b"),
            RecognisedSegment(piece: 0, start: .nan, end: 1, text: "c"),
            RecognisedSegment(piece: 9, start: 0, end: 1, text: "d"),
            RecognisedSegment(piece: 1, start: 0, end: 1, text: " \n"),
        ]
        let segments = TranscriptAssembly(manifest: Self.manifest(), agentChannel: 0).segments(of: wild)
        #expect(segments.map(\.text) == ["a", "b"])
        #expect(
            segments.allSatisfy { $0.startSeconds <= $0.endSeconds && $0.startSeconds >= 10 && $0.endSeconds <= 35 })
    }

    @Test func `an engine that is not sure is marked`() {
        func doubtful(_ silence: Double, _ probability: Double, _ compression: Double) -> Bool {
            TranscriptAssembly.isDoubtful(
                noSpeechProbability: silence, averageLogProbability: probability, compressionRatio: compression)
        }
        #expect(!doubtful(0.1, -0.3, 1.4))
        #expect(doubtful(0.7, -0.3, 1.4))
        #expect(doubtful(0.1, -1.2, 1.4))
        #expect(doubtful(0.1, -0.3, 3))
    }
}
