import FoundationEssentials
import Glibc
import JSON
import Models
import Testing

@testable import Clients

@Suite struct FeedTablesTests {
    /// The process's resident memory in bytes.
    private static func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * Int(getpagesize())
    }

    @Test func `100,000 tenants of two loops with a domain each fit in 100 MB`() async throws {
        // In a process of its own: the other tests' memory would be counted as well.
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            let before = try FeedTablesTests.residentBytes()
            let (first, second) = FeedTablesTests.largeTables()
            let used = try FeedTablesTests.residentBytes() - before
            #expect(used < 100_000_000)
            // The whole process, where the gateway may have 300.
            #expect(try FeedTablesTests.residentBytes() < 300_000_000)
            #expect(first.tenants.count == 100_000 && second.bySubdomain.count == 100_000)
            print("100,000 tenants on two loops take \(used / 1_000_000) MB")
        }
        print(String(decoding: result.standardOutputContent, as: UTF8.self))
    }

    private static func largeTables() -> (FeedTables, FeedTables) {
        let zones = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/Argentina/Buenos_Aires"]
        var first = FeedTables()
        for number in 0..<100_000 {
            let id = TenantID.make()
            let value = ChangeFeedAPI.TenantValue(
                subdomain: "a-tenant-with-a-longer-name-\(number)", status: .active,
                timeZone: TimeZoneName(unchecked: String(decoding: Array(zones[number % 4].utf8), as: UTF8.self)),
                country: "DE")
            first.apply(.tenant(id, value))
            var entitlements = Entitlements.seed(for: Plan.allCases[number % 3])
            entitlements.seats += number % 50
            first.apply(.entitlements(id, entitlements))
            first.apply(.domain("calls.customer-\(number).example", id))
            if number.isMultiple(of: 10) {
                let until = ChangeFeedAPI.ExpiryValue(tenantID: id, expiresAt: .now() + .seconds(90 * 86_400))
                first.apply(.formerSubdomain("a-name-of-before-\(number)", until))
                first.apply(.revokedSession(.make(), .init(tenantID: id, expiresAt: .now() + .seconds(900))))
            }
        }
        // Another loop's copy, which changes of its own make a real one.
        var second = first
        for id in first.tenants.keys.prefix(1) { second.apply(.entitlements(id, nil)) }
        second.apply(.domain("b.example", .platform))
        second.apply(.formerSubdomain("b", .init(tenantID: .platform, expiresAt: .now())))
        second.apply(.revokedSession(.make(), .init(tenantID: .platform, expiresAt: .now())))
        return (first, second)
    }

    @Test func `what has expired does not stay`() {
        var tables = FeedTables()
        for _ in 0..<25_000 {
            tables.apply(.revokedSession(.make(), .init(tenantID: .platform, expiresAt: .now() - .seconds(1))))
        }
        #expect(tables.sessions.count < 10_000)
    }

    @Test func `a reader has caught up when it has what the first heartbeat names`() throws {
        var reader = FeedReader(after: 5)
        func read(_ sequence: Int64, _ kind: ChangeFeedAPI.Kind) throws -> Bool {
            let key = kind == .connection ? "\(ConnectionID.make())" : ""
            let entry = ChangeFeedAPI.Entry(sequence: sequence, kind: kind, key: key, value: nil)
            return try reader.read(try JSON.encode(entry) + [0x0a]).isCaughtUp
        }
        #expect(try !read(8, .heartbeat))
        #expect(try !read(6, .connection))
        #expect(try read(8, .connection))
        #expect(try read(8, .heartbeat))
        // A taken-back revocation changes nothing here, and is a number that was reached all the same.
        let back = ChangeFeedAPI.Entry(sequence: 9, kind: .revokedAPIKey, key: "\(APIKeyID.make())", value: nil)
        #expect(try reader.read(try JSON.encode(back) + [0x0a]).sequence == 9)
    }

    @Test func `lines are read alike however they are cut`() throws {
        let tenant = TenantID.make()
        let value = ChangeFeedAPI.TenantValue(subdomain: "acme", status: .active, timeZone: .utc, country: "NP")
        let entries: [ChangeFeedAPI.Entry] = [
            .init(sequence: 9, kind: .snapshotStarted, key: "", value: nil),
            .init(sequence: 3, kind: .tenant, key: "\(tenant)", value: try JSONText(encoding: value)),
            .init(sequence: 9, kind: .snapshotFinished, key: "", value: nil),
            .init(sequence: 9, kind: .heartbeat, key: "", value: nil),
            .init(sequence: 10, kind: .connection, key: "\(ConnectionID.make())", value: nil),
        ]
        var bytes: [UInt8] = []
        for entry in entries { bytes += try JSON.encode(entry) + [0x0a] }
        for cut in 0...bytes.count {
            var reader = FeedReader(after: 5)
            let parts = [try reader.read(Array(bytes[..<cut])), try reader.read(Array(bytes[cut...]))]
            let replacements = parts.compactMap(\.replacement)
            #expect(replacements.count == 1 && replacements.first?.tenants[tenant]?.subdomain == "acme")
            #expect(parts.flatMap(\.changes).count == 1)
            #expect(parts.last?.sequence == 10 && reader.sequence == 10)
        }
    }

    @Test func `a line without an end is not gathered for ever`() throws {
        var reader = FeedReader(after: 0)
        let piece = [UInt8](repeating: 0x20, count: 1 << 19)
        _ = try reader.read(piece)
        _ = try reader.read(piece)
        #expect(throws: FeedReader.ReadError.self) { _ = try reader.read(piece) }
    }
}
