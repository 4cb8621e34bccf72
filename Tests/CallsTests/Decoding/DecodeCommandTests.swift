import Audio
import Foundation
import IO
import TestSupport
import Testing

@testable import Calls

/// The real `calls decode` as a child process, as the service starts it.
@Suite(.enabled(if: Tool.hasCalls, "the program calls was not built"))
struct DecodeCommandTests {
    private func decode(
        _ recording: String, into folder: DecodedFolder, pieceSeconds: Int = 60, deadline: Duration = .seconds(60)
    ) async throws -> DecodedManifest {
        let process = DecodeProcess(executable: try #require(Tool.calls), deadline: deadline)
        return try await withLoop { loop in
            try await process.run(loop: loop, recording: recording, into: folder, pieceSeconds: pieceSeconds)
        }
    }

    @Test func `a two-channel call becomes pieces of each channel and a manifest`() async throws {
        let scratch = try ScratchFolder()
        let agent = SpokenSounds.tone(300, seconds: 4, rate: 8_000)
        let customer = SpokenSounds.silence(7, rate: 8_000) + SpokenSounds.tone(700, seconds: 4, rate: 8_000)
        try SpokenSounds.write(
            SpokenSounds.interleave(agent, customer), to: scratch.file("call"), rate: 8_000, channels: 2)
        let folder = DecodedFolder(path: try scratch.folder("out"))
        let manifest = try await decode(scratch.file("call"), into: folder)
        #expect(manifest.contentType == "audio/wav")
        #expect(manifest.codec == "mulaw")
        #expect(manifest.sampleRate == 8_000)
        #expect(manifest.channels == 2)
        #expect(manifest.durationSeconds == 11)
        #expect(manifest.peaks.map(\.count) == [2_000, 2_000])
        #expect(manifest.pieces.map(\.channel) == [0, 1])
        #expect(manifest.pieces.map(\.id) == [0, 1])
        let piece = try #require(manifest.pieces.last)
        #expect(abs(try #require(piece.spans.first).startSeconds - 6.6) < 0.1)
        #expect(try folder.samples(of: piece).count == piece.frames)
        #expect(try scratch.names(in: "out") == ["decode.json", "0-0.f32", "1-0.f32"])
    }

    @Test func `a mono call in a stereo file is transcribed once`() async throws {
        let scratch = try ScratchFolder()
        let tone = SpokenSounds.tone(300, seconds: 3, rate: 8_000)
        try SpokenSounds.write(SpokenSounds.interleave(tone, tone), to: scratch.file("call"), rate: 8_000, channels: 2)
        let manifest = try await decode(scratch.file("call"), into: DecodedFolder(path: try scratch.folder("out")))
        #expect(manifest.hasIdenticalChannels)
        #expect(manifest.separateChannels == 1)
        #expect(manifest.pieces.map(\.channel) == [0])
        #expect(try scratch.names(in: "out") == ["decode.json", "0-0.f32"])
    }

    @Test func `a recording at fault is refused for good, a folder at fault is not`() async throws {
        let scratch = try ScratchFolder()
        let folder = DecodedFolder(path: try scratch.folder("out"))
        try scratch.write("<html>expired</html>".utf8, to: "page")
        await #expect(throws: EngineError("audio_unrecognised", AudioError.unrecognised.detail)) {
            try await decode(scratch.file("page"), into: folder)
        }
        await #expect(throws: EngineError("audio_unreadable", AudioError.unreadable(2).detail, isRetryable: true)) {
            try await decode(scratch.file("nothing"), into: folder)
        }
        try SpokenSounds.write(
            SpokenSounds.tone(300, seconds: 1, rate: 8_000), to: scratch.file("call"), rate: 8_000)
        await #expect(throws: EngineError("audio_unwritable", AudioError.unwritable(2).detail, isRetryable: true)) {
            try await decode(scratch.file("call"), into: DecodedFolder(path: scratch.file("nowhere")))
        }
        #expect(try scratch.names(in: "out").isEmpty)
    }

    @Test func `hundreds of damaged recordings end in an answer, none in a signal`() async throws {
        let scratch = try ScratchFolder()
        let executable = try #require(Tool.calls)
        let recordings = try SpokenSounds.damaged(40, seed: 11, in: scratch)
        for (index, bytes) in recordings.enumerated() { try scratch.write(bytes, to: "bad-\(index)") }
        let statuses = try await withLoop { [count = recordings.count] loop in
            var statuses: [ChildProcess.Termination] = []
            for index in 0..<count {
                let folder = try scratch.folder("out-\(index)")
                let bad = scratch.file("bad-\(index)")
                // Silencing reads the same strangers' bytes.
                for command in [["decode", bad, folder], ["recode", bad, "\(folder)/made", "*:0.1-0.2"]] {
                    let lines = try ChildLines(
                        loop: loop, ChildProcess.Command(executable, command), deadline: .seconds(60))
                    lines.child.finishInput()
                    let answer = await lines.next()
                    #expect(answer?.first == UInt8(ascii: "{"))
                    statuses.append(await lines.end())
                }
            }
            return statuses
        }
        #expect(statuses.allSatisfy { $0 == .exited(0) || $0 == .exited(65) })
        #expect(statuses.contains(.exited(65)))
    }

    @Test(arguments: [AudioWriter.Coding.flac, .oggOpus])
    func `a small file that expands to much stays within the child's limits, and leaves little`(
        _ coding: AudioWriter.Coding
    ) async throws {
        let scratch = try ScratchFolder()
        try SpokenSounds.bomb(coding, minutes: 30, to: scratch.file("bomb"))
        let size = try scratch.bytes(of: "bomb").count
        #expect(size * 100 < 30 * 60 * 16_000 * 4)
        let manifest = try await decode(
            scratch.file("bomb"), into: DecodedFolder(path: try scratch.folder("out")), deadline: .seconds(300))
        #expect(abs(manifest.durationSeconds - 1_800) < 1)
        #expect(manifest.pieces.isEmpty)
        #expect(try scratch.names(in: "out") == ["decode.json"])
    }

    @Test func `the command says what it wants when it is called wrongly`() async throws {
        let executable = try #require(Tool.calls)
        let (line, termination) = try await withLoop { loop in
            let lines = try ChildLines(
                loop: loop, ChildProcess.Command(executable, ["decode", "only-one"]), deadline: .seconds(30))
            lines.child.finishInput()
            let line = await lines.next()
            return (line, await lines.end())
        }
        #expect(termination == .exited(64))
        #expect(String(decoding: line ?? [], as: UTF8.self).contains("\"usage\""))
    }
}
