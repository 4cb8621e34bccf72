import BlobStore
import DatabaseTestSupport
import Foundation
import HTTP
import JSON
import LifeCycle
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

@testable import Calls
@testable import Messaging

/// What a service gives out of one person.
@Suite(.timeLimit(.minutes(20))) struct PersonExportTests {
    /// A service's part in archives.
    struct Giving: Sendable, CustomTestStringConvertible {
        let name: ServiceName
        let migrations: [Migration]
        let tables: [ExportedTable]
        /// A table whose rows are the person's by another table alone, and the columns that could name them.
        let linked: (table: String, texts: [String])

        var testDescription: String { name.rawValue }

        static let all = [
            Giving(
                name: .calls, migrations: CallsMigrations.all, tables: .ofCalls,
                linked: ("recordings", ["blob_key", "content_type"])),
            Giving(
                name: .messaging, migrations: Migration.messaging, tables: .ofMessaging,
                linked: ("mails", ["kind", "state", "failure"])),
        ]
    }

    private func lines(_ response: HTTPResponse) async throws -> [String] {
        #expect(response.status == 200)
        return try await response.lines()
    }

    @Test(arguments: Giving.all)
    func `a service gives the rows that name a person or belong to such, and nobody else's`(
        giving: Giving
    ) async throws {
        try await withOpenDatabase(migrations: giving.migrations, service: giving.name.rawValue) {
            database, test, loop in
            let trust = try TestTrust(giving.name)
            let filled = FilledDatabase(test: test)
            try await filled.fill([trust.tenant, trust.otherTenant], service: giving.name.rawValue)
            let routes = ServiceExportRoutes(database: database, tables: giving.tables)
            let application = WebApplication(
                loop: loop, logger: Logger(service: "tests", level: .error), metrics: Metrics(),
                routes: RouteTable(giving.name, routes.routes), trust: try trust.trust(), listener: .internal)
            func ask(
                _ path: String, _ person: InternalAPI.ExportedPerson, as caller: ServiceName = .tenancy
            ) async throws -> HTTPResponse {
                let request = try trust.request(
                    .post, "/internal/export/person/\(path)", as: .service(caller), in: trust.tenant, json: person)
                let response = await application.handler(request)
                return response
            }
            let ada = InternalAPI.ExportedPerson(
                phoneNumbers: [.init(number: FilledDatabase.number, national: "4155550123")],
                emails: [FilledDatabase.email], users: [])
            let bob = InternalAPI.ExportedPerson(phoneNumbers: [], emails: ["bob@example.com"], users: [])
            func rows(_ table: String, _ person: InternalAPI.ExportedPerson) async throws -> [String] {
                var person = person
                person.table = table
                return try await lines(try await ask("rows", person))
            }
            // Not by its own words, but by those of the rows that it belongs to.
            for column in giving.linked.texts {
                try await filled.force("UPDATE \(giving.linked.table) SET \(column) = 'x' || tenant_id")
            }
            let linked = try await rows(giving.linked.table, ada)
            #expect(linked.count == 1 && linked.first?.contains("\(trust.tenant)") == true)
            var given = 0
            for table in giving.tables {
                let found = try await rows(table.name, ada)
                #expect(found.allSatisfy { !$0.contains("\(trust.otherTenant)") }, "\(table.name)")
                #expect(try await rows(table.name, bob).isEmpty, "\(table.name)")
                given += found.count
            }
            #expect(given > 1)
            // By an account's id alone.
            let account = InternalAPI.ExportedPerson(
                phoneNumbers: [], emails: [], users: [UserID(trust.tenant.uuid)])
            #expect(try await rows(giving.linked.table, account).count == 1)
            var nowhere = ada
            nowhere.table = "schema_migrations"
            #expect(try await ask("rows", nowhere).status == 404)
            #expect(try await ask("rows", ada).status == 400)
            let nobody = InternalAPI.ExportedPerson(phoneNumbers: [], emails: [], users: [], table: "calls")
            #expect(try await ask("rows", nobody).status == 400)
            #expect([401, 403].contains(try await ask("files", ada, as: .billing).status))
        }
    }

    @Test(arguments: ErasedService.all)
    func `whoever looks for a person by digests gets every row that names them`(service: ErasedService) async throws {
        try await withOpenDatabase(migrations: service.migrations, service: service.name.rawValue) {
            database, test, loop in
            let (tenant, other) = (TenantID.make(), TenantID.make())
            try await FilledDatabase(test: test).fill([tenant, other], service: service.name.rawValue)
            let rows = database.tenant(tenant)
            var bytes: [UInt8] = []
            try await TableExportStore(rows).readTexts { bytes += $0 }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            #expect(!lines.contains { $0.contains("\(other)") } && lines.contains { $0.contains("\(tenant)") })
            let packed = FilledDatabase.number.utf8.map { String($0, radix: 16) }.joined()
            let named = lines.filter { $0.contains(FilledDatabase.number) || $0.contains(packed) }
            let person = InternalAPI.ExportedPerson(
                phoneNumbers: [.init(number: FilledDatabase.number, national: "4155550123")], emails: [], users: [])
            let places = try await ErasureStore(rows).findPerson(try #require(PersonPattern.make(of: person)))
            let tables = Set(places.map { $0.prefix { $0 != "." } })
            #expect(named.count >= tables.count && !tables.isEmpty, "\(tables)")
        }
    }

    @Test func `texts are given to tenancy alone, and piece by piece`() async throws {
        try await withOpenDatabase(migrations: CallsMigrations.all, service: "calls") { database, test, loop in
            let trust = try TestTrust(.calls)
            try await FilledDatabase(test: test).fill([trust.tenant, trust.otherTenant], service: "calls")
            let application = WebApplication(
                loop: loop, logger: Logger(service: "tests", level: .error), metrics: Metrics(),
                routes: Web.RouteTable(.calls, ServiceExportRoutes(database: database, tables: []).routes),
                trust: try trust.trust(), listener: .internal)
            let path = "/internal/export/texts"
            let given = try await lines(
                await application.handler(try trust.request(.get, path, as: .service(.tenancy), in: trust.tenant)))
            #expect(given.contains { $0.contains(FilledDatabase.number) })
            #expect(given.allSatisfy { !$0.contains("\(trust.otherTenant)") })
            let refused = await application.handler(
                try trust.request(.get, path, as: .service(.messaging), in: trust.tenant))
            #expect(refused.status == 403)
        }
    }

    @Test func `the files of a person are the recordings of their calls`() async throws {
        try await withOpenDatabase(migrations: CallsMigrations.all, service: "calls") { database, test, loop in
            let tenant = TenantID.make()
            let rows = database.tenant(tenant)
            let folder = "\(FileManager.default.temporaryDirectory.path)/person-files-\(UUID())"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let filled = FilledDatabase(test: test)
            try await filled.fill([tenant, .make()], service: "calls")
            let person = InternalAPI.ExportedPerson(
                phoneNumbers: [.init(number: FilledDatabase.number, national: "4155550123")], emails: [], users: [])
            let pattern = try #require(PersonPattern.make(of: person))
            try await filled.force("UPDATE calls SET from_number = '\(FilledDatabase.number)'")
            let keys = try await CallErasureService.personFiles(person, pattern, rows)
            #expect(Set(keys.map(\.tenant)) == [tenant] && keys.count == BlobKey.Variant.allCases.count)
            let bob = InternalAPI.ExportedPerson(
                phoneNumbers: [.init(number: "+12025550199", national: "2025550199")], emails: [], users: [])
            let none = try await CallErasureService.personFiles(
                bob, try #require(PersonPattern.make(of: bob)), rows)
            #expect(none.isEmpty)
        }
    }
}
