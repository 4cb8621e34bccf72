import FoundationEssentials
import IO
import JSON
import Models
import TestSupport

/// HTTP/2 requests and WebSockets over TLS, from a program of its own: whatever does not end as the protocols say has failed.
///
/// Confined to its loop.
final class SecureLoad: @unchecked Sendable {
    /// What the program says of itself, again and again.
    struct Report: Codable, Sendable {
        /// Answers over HTTP/2.
        var requests = 0
        /// Messages that came back over WebSockets of HTTP/1.1 and of HTTP/2.
        var echoes = 0
        /// Close frames that said that the server goes away.
        var goodbyes = 0
        /// Requests that the server said it had not read, which were asked again.
        var unread = 0
        var failures: [String] = []
    }

    private let child: ChildProcess
    private var reading: Task<Void, Never>?
    private(set) var report = Report()
    private(set) var hasEnded = false
    /// What the program wrote that is no report.
    private(set) var errors = ""

    /// Starts the program; `folder` takes its text.
    init(_ owner: Caller, folder: String, port: Int, authority: String) throws {
        let script = "\(folder)/secure-load.py"
        guard FileManager.default.createFile(atPath: script, contents: Data(SecureLoadScript.text.utf8)) else {
            throw ProgramError("no file for the load")
        }
        child = try ChildProcess(
            loop: owner.visit.loop,
            .init(
                "/bin/sh", ["-c", "exec python3 \(script) 2>&1"],
                environment: [
                    "PATH": "/usr/bin:/bin", "PORT": "\(port)", "ROOT": authority, "HOST": owner.host,
                    "BEARER": owner.credential ?? "",
                ]))
        reading = owner.visit.loop.spawn { [weak self] in await self?.read() }
    }

    private func read() async {
        var rest: [UInt8] = []
        while let bytes = await child.nextOutput() {
            rest += bytes
            while let end = rest.firstIndex(of: 0x0a) {
                let line = Array(rest[..<end])
                rest.removeFirst(end + 1)
                do { report = try JSON.decode(Report.self, from: line) } catch {
                    errors += String(decoding: line, as: UTF8.self) + "\n"
                }
            }
        }
        hasEnded = true
    }

    /// Lets everything that is open end in order.
    func stop() async {
        child.finishInput()
        await reading?.value
        _ = await child.wait()
    }
}
