import FoundationEssentials
import Glibc
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Synchronization
import TestSupport
import Testing

/// One test's time with a suite: a loop with an HTTP client, and what must not be found in any log afterwards.
///
/// Confined to its loop.
class Visit: @unchecked Sendable {
    let port: Int
    let loop: EventLoop
    let client: InternalHTTPClient
    private(set) var planted: [String] = [SuiteUnderTest.adminPassword, SuiteUnderTest.adminEmail]

    init(port: Int, _ loop: EventLoop) {
        self.port = port
        self.loop = loop
        client = InternalHTTPClient(loop: loop)
    }

    /// Says that no process may ever write this into its log.
    func plant(_ secrets: String?...) { planted += secrets.compactMap(\.self) }

    var gateway: HTTPEndpoint { HTTPEndpoint(host: "127.0.0.1", port: port) }

    /// Somebody who asks at a host under the base domain; nobody's credential by default.
    func caller(_ label: String, _ credential: String? = nil) -> Caller {
        Caller(visit: self, host: "\(label).localhost:\(port)", credential: credential)
    }

    /// Signs the first super admin in.
    func superAdmin() async throws -> Caller {
        let body: JSONValue = [
            "email": .string(SuiteUnderTest.adminEmail), "password": .string(SuiteUnderTest.adminPassword),
        ]
        let answer = try await caller("admin").post("/api/v1/auth/login", body).expect(200)
        let signedIn = try answer.decoded(TenancyAPI.SignedIn.self)
        plant(signedIn.accessToken, signedIn.refreshToken)
        return caller("admin", signedIn.accessToken)
    }

    /// Waits, a little at a time, for something that no signal tells from outside.
    func until(
        _ what: String, within limit: Duration = .seconds(240), _ condition: () async throws -> Bool
    ) async throws {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while clock.now < end {
            if try await condition() { return }
            try await loop.sleep(for: .milliseconds(50))
        }
        throw ProgramError("not within \(limit): \(what)")
    }
}

/// A visit to a suite that the tests themselves have launched.
///
/// Confined to its loop.
final class SuiteVisit: Visit, @unchecked Sendable {
    let suite: SuiteUnderTest

    init(_ suite: SuiteUnderTest, _ loop: EventLoop) {
        self.suite = suite
        super.init(port: suite.ports.gateway, loop)
    }

    /// Checks what holds at the end of every journey.
    func leave() async throws {
        client.close()
        for process in suite.dead { Issue.record("\(process.name.rawValue) has died\n\(process.log)") }
        let suite = self.suite
        let logs = try await suite.blocking { suite.logs() }
        for secret in Set(planted) where logs.contains(secret) {
            let line = logs.split(separator: "\n").first { $0.contains(secret) } ?? ""
            Issue.record("a log tells a secret: \(line)")
        }
    }
}

/// The suite that most journeys share; stopped when the tests end.
enum SharedSuite {
    private static let launched = Launch()

    /// Runs a journey through the shared suite.
    static func visit(_ body: @escaping @Sendable (SuiteVisit) async throws -> Void) async throws {
        try await launched.suite().visit(body)
    }

    private actor Launch {
        private var task: Task<SuiteUnderTest, any Error>?

        func suite() async throws -> SuiteUnderTest {
            if let task { return try await task.value }
            let task = Task {
                let suite = try await SuiteUnderTest.launch()
                Leftover.stopAtExit(suite)
                return suite
            }
            self.task = task
            return try await task.value
        }
    }
}

/// A suite that ends with the test process.
enum Leftover {
    private static let suites = Mutex<[SuiteUnderTest]>([])

    static func stopAtExit(_ suite: SuiteUnderTest) {
        let isFirst = suites.withLock { suites in
            suites.append(suite)
            return suites.count == 1
        }
        guard isFirst else { return }
        atexit {
            for suite in Leftover.suites.withLock({ $0 }) { _ = suite.stopAll() }
        }
    }
}

extension SuiteUnderTest {
    /// Runs a journey on a loop of its own.
    func visit(_ body: @escaping @Sendable (SuiteVisit) async throws -> Void) async throws {
        try await withLoop { loop in
            let visit = SuiteVisit(self, loop)
            let result: Result<Void, any Error>
            do { result = .success(try await body(visit)) } catch { result = .failure(error) }
            try await visit.leave()
            try result.get()
        }
    }

    /// Launches a suite for one journey alone, and stops it afterwards: in order when all went well.
    static func visit(
        _ settings: [ServiceName: [String: String]], _ body: @escaping @Sendable (SuiteVisit) async throws -> Void
    ) async throws {
        let suite = try await launch(settings)
        do {
            try await suite.visit(body)
        } catch {
            try await suite.blocking { suite.killAll() }
            throw error
        }
        for (name, code) in try await suite.stop() {
            #expect(code == 0, "\(name.rawValue) ended with \(code)")
        }
    }
}
