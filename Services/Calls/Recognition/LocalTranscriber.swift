import IO
import JSON

/// Where the local recogniser stands on this machine, and what one run of it may use.
struct LocalRecogniserConfiguration: Sendable {
    /// `bin/python` of the environment that `scripts/recogniser-venv` makes.
    var python: String
    /// `recognise.py`.
    var script: String
    /// A folder with another model in CTranslate2's form; nil for the one in the environment, which is English only.
    var model: String?
    /// Whisper tiny.en takes 1.3 GB of address space; larger models need more.
    var memoryBytes = 3 << 30
    var deadline = Duration.seconds(4 * 3_600)
}

/// Recognises speech in a child process of one recording, without a key and without a network.
struct LocalTranscriber: Transcriber {
    private struct Job: Codable {
        struct Piece: Codable {
            var id: Int
            var path: String
        }
        var pieces: [Piece]
        var language: String?
        var model: String?
        var vocabulary: [String]
        var memoryBytes: Int
        var cpuSeconds: Int
    }

    let loop: EventLoop
    let configuration: LocalRecogniserConfiguration
    var engine: Engine { .local }
    var model: String { "whisper" }

    func transcribe(
        _ request: TranscriptionRequest, progress: @Sendable (Double) -> Void
    ) async throws(EngineError) -> Transcript {
        let lines = try start()
        try send(request, to: lines)
        var heard = RecogniserOutput(pieceSeconds: request.manifest.pieces.map(\.durationSeconds))
        while let line = await lines.next() {
            guard heard.take(line) else { break }
            progress(heard.progress)
        }
        // After an answer that is none the child is not waited for.
        if heard.isBroken { lines.child.kill(9) }
        let termination = await lines.end()
        if lines.isLate { throw .tookTooLong }
        if let error = heard.error { throw error }
        guard case .exited(0) = termination, heard.isDone else {
            throw missesItsParts(lines) ? .localEngineMissing : .childDied("recogniser")
        }
        let assembly = TranscriptAssembly(manifest: request.manifest, agentChannel: request.agentChannel)
        var usage = EngineUsage()
        usage.audioSeconds = request.manifest.pieces.reduce(0) { $0 + $1.durationSeconds }
        return Transcript(
            language: LanguageDetector.decide(
                asked: request.baseLanguage, heard: heard.language, words: heard.segments),
            engine: .local, model: heard.model, segments: assembly.segments(of: heard.segments), usage: usage)
    }

    private func start() throws(EngineError) -> ChildLines {
        do {
            // Isolated (-I): nothing of the environment or the folder of the service decides what is loaded.
            return try ChildLines(
                loop: loop,
                ChildProcess.Command(
                    configuration.python, ["-I", "-B", configuration.script],
                    environment: ["HF_HUB_OFFLINE": "1", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"]),
                deadline: configuration.deadline)
        } catch {
            throw .localEngineMissing
        }
    }

    private func send(_ request: TranscriptionRequest, to lines: ChildLines) throws(EngineError) {
        let seconds = request.manifest.pieces.reduce(0) { $0 + $1.durationSeconds }
        let job = Job(
            pieces: request.manifest.pieces.map { .init(id: $0.id, path: request.folder.file($0.file)) },
            language: request.language, model: configuration.model, vocabulary: request.boundedVocabulary,
            memoryBytes: configuration.memoryBytes,
            // tiny.en takes a tenth of the recording's time, the largest models some ten times it.
            cpuSeconds: 300 + Int(seconds) * (configuration.model == nil ? 2 : 20))
        do {
            lines.child.write(try JSON.encode(job) + [UInt8(ascii: "\n")])
            lines.child.finishInput()
        } catch {
            lines.child.kill(9)
            throw .childDied("recogniser")
        }
    }

    /// Python's own words for a script or a package that is not there; nothing of them is passed on.
    private func missesItsParts(_ lines: ChildLines) -> Bool {
        let text = String(decoding: lines.child.errorTail, as: UTF8.self)
        return text.contains("ModuleNotFoundError") || text.contains("can't open file")
    }
}
