import FoundationEssentials
import Glibc
import JSON
import Models
import TestSupport
import Testing

/// A small file system of its own, in memory; blocking.
struct SmallDisk: Sendable {
    let path: String

    /// Only root may mount, and not in every container.
    static let isPossible: Bool = {
        guard getuid() == 0 else { return false }
        do {
            try SmallDisk(megabytes: 1).remove()
            return true
        } catch {
            return false
        }
    }()

    init(megabytes: Int) throws {
        var template = Array(
            "\(FileManager.default.temporaryDirectory.path)/switchboard-test-\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ProgramError("no folder for the disk") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            try Program.run(
                "/usr/bin/mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path], log: path + ".log")
        } catch {
            rmdir(path)
            throw error
        }
    }

    func grow(toMegabytes megabytes: Int) throws {
        try Program.run("/usr/bin/mount", ["-o", "remount,size=\(megabytes)m", path], log: path + ".log")
    }

    func remove() throws {
        try Program.run("/usr/bin/umount", [path], log: path + ".log")
        rmdir(path)
        unlink(path + ".log")
    }
}

@Suite(
    .timeLimit(.minutes(20)),
    .enabled(if: SmallDisk.isPossible, "only root can mount a small file system, and not in every container"))
struct FullDiskTests {
    @Test func `on a full disk uploads wait, and nothing else does`() async throws {
        let disk = try SmallDisk(megabytes: 8)
        defer { do { try disk.remove() } catch { Issue.record(error) } }
        try await ScriptedRecogniser.with { recogniser in
            var settings = recogniser.settings
            settings[.calls, default: [:]]["BLOBS"] = disk.path
            settings[.calls, default: [:]]["DISK_RESERVE_PERCENT"] = "10"
            try await SuiteUnderTest.visit(settings) { visit in
                let owner = try await TenantUnderTest.make(visit).owner.caller
                var stored: [(call: CallID, recording: [UInt8])] = []
                var refused: CallID?
                for number in 0..<20 {
                    let call = try await owner.createCall()
                    let recording = Tone.wave(number, seconds: 70)
                    let answer = try await owner.upload(recording, to: call.id)
                    if answer.status == 507 {
                        try answer.expect(507, "insufficient_storage")
                        refused = call.id
                        break
                    }
                    try answer.expect(202)
                    stored.append((call.id, recording))
                }
                let waiting = try #require(refused)
                #expect(stored.count > 2)

                // Everything else works, and nothing that was taken in is lost.
                _ = try await owner.createCall()
                for (call, recording) in stored {
                    #expect(try await owner.get("/api/v1/calls/\(call)/recording").expect(200).bytes == recording)
                    _ = try await owner.processed(call)
                }
                try await owner.post("/api/v1/invitations", ["email": "late@planted.example", "role": "agent"])
                    .expect(201)
                #expect(try await owner.call(waiting).recording == nil)

                try await visit.suite.blocking { try disk.grow(toMegabytes: 64) }
                let late = Tone.wave(99, seconds: 70)
                try await owner.upload(late, to: waiting).expect(202)
                #expect(try await owner.get("/api/v1/calls/\(waiting)/recording").expect(200).bytes == late)
            }
        }
    }
}
