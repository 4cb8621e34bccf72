import Glibc
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Synchronization
import Testing

/// A long file of numbers goes through the gateway onto the list in constant memory.
@Suite(.timeLimit(.minutes(60))) struct ListImportJourneyTests {
    /// JOURNEY_IMPORT_ROWS=1000000 takes the most that one file may have, and some minutes.
    private static let rows = getenv("JOURNEY_IMPORT_ROWS").flatMap { Int(String(cString: $0)) } ?? 40_000
    /// What the process may grow by, however long the file is; a build without optimisation has some more.
    private static let mostGrowth = 48 << 20

    private func importFile(_ file: [UInt8], _ owner: Caller) async throws -> CallsAPI.DoNotCallImport {
        let visit = owner.visit
        let answer = try await visit.client.send(
            HTTPClientRequest(
                method: .post, target: "/api/v1/consent/do-not-call/imports",
                headers: [
                    "Host": owner.host, "Authorization": "Bearer \(owner.credential ?? "")",
                    "Content-Type": "text/csv",
                ], body: .bytes(file)), to: visit.gateway, deadline: .seconds(3_000))
        let bytes = try await answer.body.collect(upTo: 1 << 20)
        try #require(answer.status == 201, "\(String(decoding: bytes, as: UTF8.self))")
        return try JSON.decode(CallsAPI.DoNotCallImport.self, from: bytes)
    }

    @Test func `a long list of numbers is taken in constant memory, and the same one again changes nothing`()
        async throws
    {
        try await SuiteUnderTest.visit([:]) { visit in
            let owner = try await TenantUnderTest.make(visit).owner.caller
            // Ten million numbers of area codes that exist.
            let file = Array(
                (0..<Self.rows).map { "+1\(212 + $0 / 1_000_000)\(2_000_000 + $0 % 1_000_000)\n" }.joined().utf8)
            let first = try await importFile(Array("+12125550100\n".utf8), owner)
            #expect(first.added == 1)
            let suite = visit.suite
            let before = suite.residentBytes(of: .calls)
            let peak = Mutex(before)
            let watch = visit.loop.spawn {
                while !Task.isCancelled {
                    let now = suite.residentBytes(of: .calls)
                    peak.withLock { $0 = max($0, now) }
                    do { try await visit.loop.sleep(for: .milliseconds(100)) } catch { return }
                }
            }
            let clock = ContinuousClock()
            let start = clock.now
            let done = try await importFile(file, owner)
            let took = start.duration(to: clock.now)
            let again = try await importFile(file, owner)
            watch.cancel()
            await watch.value
            let growth = peak.withLock { $0 } - before
            print(
                "\(Self.rows) numbers (\(file.count) bytes) in \(took), the same again in \(start.duration(to: clock.now) - took);",
                "calls had \(before >> 20) MiB before and \((before + growth) >> 20) MiB at most")
            #expect(done.rows == Self.rows && done.finished)
            #expect(done.added + done.known == Self.rows && done.known <= 1 && done.refused == 0)
            #expect(again.added == 0 && again.known == Self.rows)
            #expect(growth < Self.mostGrowth)
        }
    }
}
