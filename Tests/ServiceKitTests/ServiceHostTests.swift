import DatabaseTestSupport
import HTTP
import IO
import JSON
import Models
import Postgres
import ServiceKit
import Synchronization
import Telemetry
import TestSupport
import Testing

/// A program that serves one page, for the tests of what every program has.
private enum SampleProgram: ServiceProgram {
    struct Configuration: ServiceConfiguration {
        let process: ProcessConfiguration

        init(_ environment: inout Environment) {
            process = ProcessConfiguration(&environment, service: .calls)
        }
    }

    /// What the program did, in order.
    final class Diary: Sendable {
        private let entries = Mutex<[String]>([])
        let finish = Mutex<CheckedContinuation<Void, Never>?>(nil)

        func write(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    static let name = ServiceName.calls
    static let migrations = [Migration(name: "0001_create_things", sql: "CREATE TABLE things (id int)")]

    static func prepare(_ seat: ServiceSeat<Configuration>) async throws -> Diary { Diary() }

    static func assemble(_ seat: ServiceSeat<Configuration>, _ diary: Diary) async throws -> ServiceParts {
        let index = seat.index
        var parts = ServiceParts(
            service: { request in HTTPResponse(status: 200, body: .bytes(Array("loop \(index) \(request.path)".utf8)))
            },
            internal: { _ in HTTPResponse(status: 204) },
            status: [("diary", { JSONText(validated: Array("\(diary.all.count)".utf8)) })],
            running: [
                {
                    diary.write("runs")
                    do { try await seat.loop.sleep(for: .seconds(600)) } catch { diary.write("cancelled") }
                }
            ],
            closing: [{ diary.write("closed") }])
        parts.pages = [
            OperatorPage("/pages") { HTTPResponse(status: 200, body: .bytes(Array("page \($0.path)".utf8))) }
        ]
        return parts
    }
}

struct ServiceHostTests {
    private func configuration(_ database: TestDatabase, loops: Int = 1) throws -> SampleProgram.Configuration {
        var environment = Environment([
            "PORT": "0", "INTERNAL_PORT": "0", "OPERATOR_PORT": "0", "DATA_DIR": "/nonexistent", "LOOPS": "\(loops)",
            "DATABASE_URL": database.appURL.reveal(), "START_PATIENCE": "0", "STOP_PATIENCE": "5",
        ])
        let configuration = SampleProgram.Configuration(&environment)
        try #require(environment.faults == [])
        return configuration
    }

    @Test func `a program serves on its three listeners until it is stopped`() async throws {
        try await withDatabase(migrations: SampleProgram.migrations, service: "calls") { database in
            let configuration = try configuration(database)
            try await withLoop { loop in
                let host = ServiceHost(
                    SampleProgram.self, configuration: configuration, loops: [loop], logger: LogCapture().logger(),
                    metrics: Metrics())
                let ports = try await host.start()
                let service = try #require(ports.service)
                #expect(try await fetch(loop, service, "/ready") == "200 {\"status\":\"ok\"}")
                #expect(try await fetch(loop, service, "/live") == "200 {\"status\":\"ok\"}")
                #expect(try await fetch(loop, service, "/x") == "200 loop 0 /x")
                #expect(try await fetch(loop, try #require(ports.internal), "/ready") == "200 {\"status\":\"ok\"}")
                let status = try await fetch(loop, ports.operator, "/status")
                #expect(status.contains("\"service\":\"calls\",\"status\":\"ok\""))
                #expect(status.contains("\"diary\":1"))
                #expect(try await fetch(loop, ports.operator, "/metrics").contains("http_server_connections"))
                #expect(try await fetch(loop, ports.operator, "/pages") == "200 page /pages")
                #expect(try await fetch(loop, ports.operator, "/pages/x") == "200 page /pages/x")
                #expect(try await fetch(loop, ports.operator, "/pagesx").hasPrefix("404"))
                #expect(try await fetch(loop, service, "/pages") == "200 loop 0 /pages")
                await host.stop()
                await #expect(throws: (any Error).self) { try await fetch(loop, service, "/ready") }
            }
        }
    }

    @Test func `two loops serve one port`() async throws {
        try await withDatabase(migrations: SampleProgram.migrations, service: "calls") { database in
            let configuration = try configuration(database, loops: 2)
            let second = EventLoop(name: "second")
            second.start()
            try await withLoop { loop in
                let host = ServiceHost(
                    SampleProgram.self, configuration: configuration, loops: [loop, second],
                    logger: LogCapture().logger(), metrics: Metrics())
                let port = try #require(try await host.start().service)
                for _ in 0..<8 { #expect(try await fetch(loop, port, "/y").hasPrefix("200 loop ")) }
                await host.stop()
            }
            second.stop()
            second.join()
        }
    }

    @Test func `a binary that is older or newer than the schema does not start`() async throws {
        let newer = SampleProgram.migrations + [Migration(name: "0002_more", sql: "CREATE TABLE more (id int)")]
        for (migrations, expected) in [(newer, "0002_more"), ([], "0001_create_things")] {
            try await withDatabase(migrations: migrations, service: "calls") { database in
                let configuration = try configuration(database)
                let error = try await withLoop { loop in
                    let host = ServiceHost(
                        SampleProgram.self, configuration: configuration, loops: [loop], logger: LogCapture().logger(),
                        metrics: Metrics())
                    do {
                        _ = try await host.start()
                        return "started"
                    } catch {
                        await host.stop()
                        return "\(error)"
                    }
                }
                #expect(error.contains(expected))
            }
        }
    }

    /// Status and body of a GET on this machine.
    private func fetch(_ loop: EventLoop, _ port: Int, _ path: String) async throws -> String {
        let request = "GET \(path) HTTP/1.1\r\nHost: anything.example\r\nConnection: close\r\n\r\n"
        return try await WorkerPool.files.run {
            let text = try exchange(request, port: port)
            let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            let status = parts[0].split(separator: " ")[1]
            if ["/live", "/ready"].contains(path) { #expect(parts[0].contains("\r\nX-Content-Type-Options: nosniff")) }
            return "\(status) \(parts.count > 1 ? parts[1] : "")"
        }
    }
}
