import Audio
import Foundation
import IO
import Models
import TestSupport
import Testing

@testable import Calls

/// What this machine has of the local recogniser.
enum LocalRecogniser {
    /// `LOCAL_RECOGNISER` names the folder that `scripts/recogniser-venv` made; otherwise the one of `make run`.
    static let python: String? = {
        let named = ProcessInfo.processInfo.environment["LOCAL_RECOGNISER"] ?? checkout + "/.data/recogniser"
        return FileManager.default.isExecutableFile(atPath: named + "/bin/python") ? named + "/bin/python" : nil
    }()

    static let checkout: String = {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.path
    }()

    static let script = checkout + "/Services/Calls/Recognition/recognise.py"

    static func configuration(_ python: String) -> LocalRecogniserConfiguration {
        LocalRecogniserConfiguration(python: python, script: script)
    }
}

enum Words {
    static func of(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }.map(String.init)
    }

    /// Least number of words to change, add and drop, by the number of words that were spoken.
    static func errorRate(_ heard: String, spoken: String) -> Double {
        let (heard, spoken) = (of(heard), of(spoken))
        var row = Array(0...heard.count)
        for (index, word) in spoken.enumerated() {
            var next = [index + 1]
            for (column, other) in heard.enumerated() {
                next.append(min(row[column] + (word == other ? 0 : 1), row[column + 1] + 1, next[column] + 1))
            }
            row = next
        }
        return Double(row[heard.count]) / Double(spoken.count)
    }
}

@Suite(
    .enabled(if: LocalRecogniser.python != nil, "no local recogniser (LOCAL_RECOGNISER)"),
    .enabled(if: Tool.hasFlite, "flite is not installed"), .serialized)
struct LocalTranscriberTests {
    private static let agentText = "Good morning, this is Anna from the billing team. How can I help you today?"
    private static let customerText = "I would like to know the price of the larger plan before we sign the contract."

    private func transcribe(
        _ samples: [Float], rate: Int, channels: Int = 1, language: String? = "en-US", agentChannel: Int? = nil
    ) async throws -> (Transcript, DecodedManifest) {
        let scratch = try ScratchFolder()
        try SpokenSounds.write(samples, to: scratch.file("call"), rate: rate, channels: channels)
        let folder = DecodedFolder(path: try scratch.folder("out"))
        let manifest = try folder.decode(recording: scratch.file("call"))
        let request = TranscriptionRequest(
            folder: folder, manifest: manifest, language: language, agentChannel: agentChannel)
        let python = try #require(LocalRecogniser.python)
        let transcript = try await withLoop { loop in
            try await LocalTranscriber(loop: loop, configuration: LocalRecogniser.configuration(python))
                .transcribe(request) { _ in }
        }
        return (transcript, manifest)
    }

    private func say(_ text: String, voice: String) async throws -> [Float] {
        let scratch = try ScratchFolder()
        return try await withLoop { loop in
            try await SpokenSounds.say(text, voice: voice, loop: loop, in: scratch)
        }
    }

    @Test func `both sides of a telephone call are heard, labelled and put in order`() async throws {
        let agent = SpokenSounds.halved(try await say(Self.agentText, voice: "slt"))
        let customer = SpokenSounds.halved(try await say(Self.customerText, voice: "rms"))
        let pause = SpokenSounds.silence(Double(agent.count) / 8_000 + 3, rate: 8_000)
        let (transcript, manifest) = try await transcribe(
            SpokenSounds.interleave(agent, pause + customer), rate: 8_000, channels: 2, agentChannel: 0)
        func text(_ speaker: Speaker) -> String {
            transcript.segments.filter { $0.speaker == speaker }.map(\.text).joined(separator: " ")
        }
        #expect(Words.errorRate(text(.agent), spoken: Self.agentText) <= 0.1)
        #expect(Words.errorRate(text(.customer), spoken: Self.customerText) <= 0.1)
        #expect(transcript.segments.map(\.id) == Array(0..<transcript.segments.count))
        #expect(transcript.segments.first?.speaker == .agent)
        #expect(transcript.segments.last?.speaker == .customer)
        #expect(transcript.segments.last.map { $0.startSeconds > Double(agent.count) / 8_000 } == true)
        #expect(transcript.segments.allSatisfy { $0.endSeconds <= manifest.durationSeconds + 0.1 })
        #expect(transcript.language == "en")
        #expect(transcript.engine == .local)
        #expect(transcript.model == "tiny.en")
    }

    @Test func `one channel has words and no speakers`() async throws {
        let speech = try await say(Self.customerText, voice: "rms")
        let (transcript, _) = try await transcribe(speech, rate: 16_000, language: nil, agentChannel: 0)
        #expect(Words.errorRate(transcript.text, spoken: Self.customerText) <= 0.1)
        #expect(transcript.segments.allSatisfy { $0.speaker == .unknown })
        #expect(!transcript.hasKnownSpeakers)
    }

    @Test func `a language without a model is refused and not guessed`() async throws {
        await #expect(throws: EngineError.languageUnsupported) {
            try await transcribe(SpokenSounds.tone(300, seconds: 2, rate: 16_000), rate: 16_000, language: "th-TH")
        }
    }

    @Test func `silence has no words`() async throws {
        let (transcript, _) = try await transcribe(SpokenSounds.silence(20), rate: 16_000)
        #expect(transcript.segments.isEmpty)
    }
}

@Suite struct LocalTranscriberFailureTests {
    private func transcribe(python: String, script: String) async throws -> Transcript {
        let scratch = try ScratchFolder()
        try SpokenSounds.write(SpokenSounds.tone(300, seconds: 1, rate: 8_000), to: scratch.file("call"), rate: 8_000)
        let folder = DecodedFolder(path: try scratch.folder("out"))
        let request = TranscriptionRequest(
            folder: folder, manifest: try folder.decode(recording: scratch.file("call")), language: "en")
        return try await withLoop { loop in
            let configuration = LocalRecogniserConfiguration(python: python, script: script, deadline: .seconds(20))
            return try await LocalTranscriber(loop: loop, configuration: configuration).transcribe(request) { _ in }
        }
    }

    @Test func `a machine without the recogniser says so`() async throws {
        await #expect(throws: EngineError.localEngineMissing) {
            try await transcribe(python: "/nowhere/bin/python", script: LocalRecogniser.script)
        }
    }

    @Test(.enabled(if: Tool.path("python3") != nil, "python3 is not installed"))
    func `a Python without the packages is a missing recogniser`() async throws {
        let scratch = try ScratchFolder()
        try scratch.write("import a_module_that_nobody_has".utf8, to: "script.py")
        let python = try #require(Tool.path("python3"))
        await #expect(throws: EngineError.localEngineMissing) {
            try await transcribe(python: python, script: scratch.file("script.py"))
        }
        await #expect(throws: EngineError.localEngineMissing) {
            try await transcribe(python: python, script: scratch.file("no-such-script.py"))
        }
    }

    @Test(
        .enabled(if: Tool.path("python3") != nil, "python3 is not installed"),
        arguments: [
            "pass", "import os; os.kill(os.getpid(), 9)", "print('nonsense')",
            "print('{\"event\":\"ready\",\"model\":\"m\",\"languages\":1}')", "raise ValueError()",
        ])
    func `a child that ends without an answer is a failed attempt`(_ program: String) async throws {
        let scratch = try ScratchFolder()
        try scratch.write(program.utf8, to: "child.py")
        let python = try #require(Tool.path("python3"))
        await #expect(throws: EngineError.childDied("recogniser")) {
            try await transcribe(python: python, script: scratch.file("child.py"))
        }
    }
}
