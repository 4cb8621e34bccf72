import Glibc
import HTTP
import HTTPClient
import IO
import JSON
import Models
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20))) struct FloodTests {
    /// Of each kind at once, as far as this process may have files open.
    private static let count: Int = {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 20 }
        return max(20, min(500, (Int(clamping: limit.rlim_cur) - 1000) / Kind.allCases.count))
    }()

    /// What a flood's connections do.
    private enum Kind: CaseIterable {
        case idle, slowHead, slowBody, slowReader, halfOpen
    }

    /// One of them, which tells when the gateway lets it go.
    ///
    /// Confined to its loop.
    private final class Flooder: TCPConnectionDelegate, @unchecked Sendable {
        private let connection: TCPConnection
        private let kind: Kind
        private(set) var isGone = false

        init(_ kind: Kind, _ connection: TCPConnection, _ host: String) {
            self.kind = kind
            self.connection = connection
            connection.delegate = self
            if kind != .slowReader { connection.startReading() }
            switch kind {
            case .idle: break
            case .slowHead, .halfOpen: send("GET /api/v1/calls HTTP/1.1\r\nHost: \(host)\r\nX-Slow: ")
            case .slowBody:
                send(
                    "POST /api/v1/auth/login HTTP/1.1\r\nHost: \(host)\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 4000\r\n\r\n")
            case .slowReader:
                let request = "GET /api/openapi.json HTTP/1.1\r\nHost: \(host)\r\n\r\n"
                send(String(repeating: request, count: 20))
            }
            if kind == .halfOpen { connection.shutdown() }
        }

        /// A byte now and then.
        func drip() { if kind == .slowHead || kind == .slowBody { send("x") } }

        func close() { connection.close() }

        private func send(_ text: String) { Array(text.utf8).withUnsafeBytes { connection.write($0) } }

        func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {}
        func connectionDidReachEnd(_ connection: TCPConnection) { isGone = true }
        func connectionDidDrain(_ connection: TCPConnection) {}
        func connection(_ connection: TCPConnection, didClose error: IOError?) { isGone = true }
    }

    /// The median time of some requests, all of which have to be answered well.
    private func median(_ caller: Caller) async throws -> Duration {
        var times: [Duration] = []
        for _ in 0..<60 {
            let start = ContinuousClock.now
            try await caller.get("/api/v1/calls").expect(200)
            times.append(start.duration(to: .now))
        }
        return times.sorted()[times.count / 2]
    }

    @Test func `floods of slow, idle and half-open connections harm nobody else, and are let go`() async throws {
        // Connections are what this is about, so that sign-in is not what runs out.
        let suite = try await SuiteUnderTest.launch([
            .gateway: ["ADDRESS_SIGN_INS": "1000", "ADDRESS_REQUESTS": "100"]
        ])
        try await suite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let owner = tenant.owner.caller
            let before = try await median(owner)
            let address = try #require(SocketAddress(host: "127.0.0.1", port: visit.gateway.port))
            var flooders: [(kind: Kind, flooder: Flooder)] = []
            for kind in Kind.allCases {
                for _ in 0..<Self.count {
                    let connection = try await TCPConnection.connect(
                        to: address, on: visit.loop, deadline: .seconds(60))
                    flooders.append((kind, Flooder(kind, connection, owner.host)))
                }
            }
            let all = flooders
            let timer = visit.loop.timer(every: .seconds(1)) { for each in all { each.flooder.drip() } }
            let during = try await median(owner)
            // Other journeys run beside this one, so that only what stands still can be told from what is slow.
            #expect(during < before * 20 + .seconds(1), "\(before) before, \(during) during")
            // Sign-in is the dearest thing that anybody may ask for.
            try await owner.anonymous.post(
                "/api/v1/auth/login",
                ["email": .string(tenant.owner.email), "password": .string(tenant.owner.password)]
            ).expect(200)
            try await visit.until("slow heads and half-open connections are gone", within: .seconds(240)) {
                all.allSatisfy {
                    ($0.kind != .slowHead && $0.kind != .halfOpen && $0.kind != .idle) || $0.flooder.isGone
                }
            }
            try await owner.get("/api/v1/calls").expect(200)
            timer.cancel()
            for each in all { each.flooder.close() }
        }
        _ = try await suite.stop()
    }
}
