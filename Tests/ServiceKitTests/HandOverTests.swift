import DatabaseTestSupport
import Glibc
import HTTP
import HTTPClient
import IO
import Models
import Postgres
import ServiceKit
import Synchronization
import Telemetry
import TestSupport
import Testing

/// A program that says which of its processes has answered.
private enum Successor: ServiceProgram {
    struct Configuration: ServiceConfiguration {
        let process: ProcessConfiguration

        init(_ environment: inout Environment) {
            process = ProcessConfiguration(&environment, service: .calls)
        }
    }

    /// Whether a process has learnt what it needs; set by the test.
    static let mayBegin = Atomic<Bool>(true)
    static let processes = Atomic<Int>(0)

    static let name = ServiceName.calls
    static let migrations = [Migration(name: "0001_create_things", sql: "CREATE TABLE things (id int)")]

    static func prepare(_ seat: ServiceSeat<Configuration>) async throws {}

    static func assemble(_ seat: ServiceSeat<Configuration>, _ shared: Void) async throws -> ServiceParts {
        let number = processes.add(1, ordering: .relaxed).newValue
        var parts = ServiceParts(service: { _ in HTTPResponse(status: 200, body: .bytes(Array("\(number)".utf8))) })
        parts.mayBegin = { mayBegin.load(ordering: .relaxed) }
        return parts
    }
}

/// Requests that are sent once each, on connections that are kept; confined to the test's loop.
private final class Clients: @unchecked Sendable {
    let loop: EventLoop
    private(set) var answers: [String] = []
    private(set) var failures: [String] = []
    private var isStopped = false

    init(_ loop: EventLoop) { self.loop = loop }

    func run(_ port: Int) async {
        let client = InternalHTTPClient(loop: loop)
        let endpoint = HTTPEndpoint(host: "127.0.0.1", port: port)
        while !isStopped {
            do {
                let answer = try await client.attempt(
                    HTTPClientRequest(method: .post, target: "/x"), to: endpoint, deadline: .seconds(20))
                answers.append(String(decoding: try await answer.body.collect(upTo: 100), as: UTF8.self))
            } catch { failures.append("\(error)") }
        }
        client.close()
    }

    func stop() { isStopped = true }
}

@Suite(.serialized) struct HandOverTests {
    private func host(_ database: TestDatabase, _ loop: EventLoop, _ socket: ListeningSocket) throws -> ServiceHost<
        Successor
    > {
        var environment = Environment([
            "PORT": "0", "INTERNAL_PORT": "0", "OPERATOR_PORT": "0", "DATA_DIR": "/nonexistent",
            "DATABASE_URL": database.appURL.reveal(), "START_PATIENCE": "0", "STOP_PATIENCE": "5",
        ])
        let configuration = Successor.Configuration(&environment)
        return ServiceHost(
            Successor.self, configuration: configuration, loops: [loop], sockets: .made(["service": socket]),
            logger: LogCapture().logger(), metrics: Metrics())
    }

    @Test(.timeLimit(.minutes(20)))
    func `processes follow one another on an inherited socket and no request fails`() async throws {
        try await withDatabase(migrations: Successor.migrations, service: "calls") { database in
            try await withLoop { loop in
                let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
                var running = try host(database, loop, socket)
                #expect(try await running.start().service == socket.port)
                let clients = Clients(loop)
                let tasks = (0..<8).map { _ in loop.spawn { await clients.run(socket.port) } }
                for _ in 0..<5 {
                    let next = try host(database, loop, socket)
                    _ = try await next.start()
                    await running.stop()
                    running = next
                    let before = clients.answers.count
                    while clients.answers.count < before + 50 { try await loop.sleep(for: .milliseconds(1)) }
                }
                clients.stop()
                for task in tasks { await task.value }
                #expect(clients.failures == [])
                #expect(Set(clients.answers).count == 6)
                await running.stop()
            }
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `while no process runs and while one learns, who connects waits in the socket's queue`() async throws {
        try await withDatabase(migrations: Successor.migrations, service: "calls") { database in
            try await withLoop { loop in
                let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
                let first = try host(database, loop, socket)
                _ = try await first.start()
                await first.stop()

                let clients = Clients(loop)
                let task = loop.spawn { await clients.run(socket.port) }
                Successor.mayBegin.store(false, ordering: .relaxed)
                let second = try host(database, loop, socket)
                let starting = loop.spawn { () async -> Bool in
                    do {
                        _ = try await second.start()
                        return true
                    } catch { return false }
                }
                // Longer than a start without learning takes.
                try await loop.sleep(for: .milliseconds(300))
                #expect(clients.answers.isEmpty && clients.failures.isEmpty)
                Successor.mayBegin.store(true, ordering: .relaxed)
                #expect(await starting.value)
                while clients.answers.isEmpty { try await loop.sleep(for: .milliseconds(1)) }
                clients.stop()
                await task.value
                #expect(clients.failures == [])
                await second.stop()
            }
        }
    }
}
