import FoundationEssentials
import HTTP
import IO
import Models
import Telemetry
import TestSupport
import Testing

/// New processes take the places of running ones under HTTP/2 and WebSockets over TLS.
@Suite(
    .timeLimit(.minutes(20)), .serialized, .enabled(if: ScriptedSuite.isPossible, "s6 is not installed"))
struct SecureRestartTests {
    private static let pool = WorkerPool(name: "secure-restarts", threads: 1, queueLimit: 100)

    /// A service that is always ready and sends back every message.
    private static let echo: HTTPHandler = { request in
        guard request.upgrade != nil else {
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json"],
                body: .bytes(Array(#"{"status":"ok"}"#.utf8)))
        }
        return WebSocketHandshake.answer(request) { session in
            for try await message in session { try session.send(message) }
        }
    }

    @Test func `over HTTP/2 no request fails in a restart, and WebSockets are closed in order`() async throws {
        try await ScriptedSuite.visit("secure") { visit, data in
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let service = HTTPServer(
                loop: visit.loop, socket: socket, logger: Logger(service: "echo", level: .error), metrics: Metrics(),
                handler: Self.echo)
            try service.start()
            // In place of messaging, as far as the next gateway is concerned.
            let setting = "\(data)/run/environment/gateway/run/MESSAGING_URL"
            try #require(
                FileManager.default.createFile(
                    atPath: setting, contents: Data("http://127.0.0.1:\(socket.port)\n".utf8)))
            try await restart(.gateway, data, visit.port)
            let tenant = try await TenantUnderTest.make(visit, plan: .enterprise)
            let load = try SecureLoad(
                tenant.owner.caller, folder: data, port: visit.port + 363, authority: "\(data)/tls/authority.crt")
            try await goesOn(load, visit)
            for name in [ServiceName.calls, .gateway, .gateway] {
                let goodbyes = load.report.goodbyes
                try await restart(name, data, visit.port)
                try await goesOn(load, visit)
                guard name == .gateway else { continue }
                // Of each of the three: two over HTTP/1.1 and one over HTTP/2.
                try await visit.until("WebSockets were closed", within: .seconds(120)) {
                    load.report.goodbyes >= goodbyes + 3 || !load.report.failures.isEmpty
                }
            }
            await load.stop()
            for failure in load.report.failures { Issue.record("\(failure)") }
            #expect(load.errors == "")
            print(
                "secure restarts: \(load.report.requests) requests, \(load.report.echoes) messages, \(load.report.unread) unread"
            )
            await service.drain(within: .seconds(5))
        }
    }

    private func goesOn(_ load: SecureLoad, _ visit: Visit) async throws {
        let before = load.report
        try await visit.until("requests and messages go on", within: .seconds(120)) {
            if load.hasEnded { throw ProgramError("the load has ended: \(load.errors)") }
            return !load.report.failures.isEmpty
                || load.report.requests > before.requests + 50 && load.report.echoes > before.echoes + 50
        }
    }

    private func restart(_ name: ServiceName, _ data: String, _ port: Int) async throws {
        try await Self.pool.run { try ScriptedSuite.run("restart", [name.rawValue], data: data, port: port) }
    }
}
