import BlobStore
import DatabaseTestSupport
import FoundationEssentials
import IO
import LifeCycle
import Models
import Postgres
import TestSupport
import Testing

/// What is left of a tenant or of a person in each service's database.
struct ErasureTests {
    private static let tenant = TenantID.make()
    private static let other = TenantID.make()

    /// Fills a service's database and hands over its part in erasing.
    private func with(
        _ service: ErasedService, _ body: @escaping @Sendable (FilledDatabase, Erasing) async throws -> Void
    ) async throws {
        try await withOpenDatabase(migrations: service.migrations, service: service.name.rawValue) {
            database, test, _ in
            let filled = FilledDatabase(test: test)
            try await filled.fill([Self.tenant, Self.other], service: service.name.rawValue)
            let folder = "\(FileManager.default.temporaryDirectory.path)/erasure-\(UUID())"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try await body(
                filled, Erasing(database: database, steps: service.steps(database, FileBlobStore(root: folder))))
        }
    }

    @Test(arguments: ErasedService.all)
    func `a tenant that is erased leaves no row in any table, and another keeps all of its own`(
        service: ErasedService
    ) async throws {
        try await with(service) { filled, erasing in
            let tables = try await filled.tables()
            for table in tables { #expect(try await filled.count(table, Self.tenant) == 1, "\(table) is filled") }
            if service.name == .tenancy {
                // The audit log goes while the tenant is being erased, and at no other time.
                try await filled.force(
                    """
                    INSERT INTO erasures (tenant_id, id, kind, erased_tenant)
                    VALUES ('\(TenantID.platform)', '\(UUID())', 'tenant', '\(Self.tenant)')
                    """)
            }
            let erasure = InternalAPI.Erasure(
                id: .make(), kind: .tenant, tenantID: Self.tenant, phoneNumbers: [], emails: [])
            let receipt = try await erasing.erase(erasure)
            #expect(receipt.held == 0)
            for table in tables {
                #expect(try await filled.count(table, Self.tenant) == 0, "\(table)")
                #expect(try await filled.count(table, Self.other) == 1, "\(table) of another")
            }
            // Once more there is nothing left to do.
            #expect(try await erasing.erase(erasure).erased.values.allSatisfy { $0 == 0 })
        }
    }

    @Test(arguments: ErasedService.all)
    func `a person who is erased is found nowhere, and stays where another tenant knows them`(
        service: ErasedService
    ) async throws {
        try await with(service) { filled, erasing in
            let tables = try await filled.tables()
            var known: [String: Int] = [:]
            for table in tables { known[table] = try await filled.naming(table, Self.tenant) }
            #expect(known.values.reduce(0, +) > 2, "the person is named")
            let erasure = InternalAPI.Erasure(
                id: .make(), kind: .person, tenantID: Self.tenant,
                phoneNumbers: [InternalAPI.ErasedNumber(number: FilledDatabase.number, national: "4155550123")],
                emails: [FilledDatabase.email])
            let receipt = try await erasing.erase(erasure)
            #expect(receipt.held == 0)
            for table in tables {
                #expect(try await filled.naming(table, Self.tenant) == 0, "\(table)")
                #expect(try await filled.naming(table, Self.other) == known[table], "\(table) of another")
            }
        }
    }

    @Test(arguments: ErasedService.all)
    func `every service has the functions as the module wants them`(service: ErasedService) {
        let migration = service.migrations.first { $0.name.hasSuffix("_create_life_cycle") }
        let body = migration.map { String($0.sql.split(separator: "\n", maxSplits: 1)[1]) }
        #expect(body.map(Self.trimmed) == Self.trimmed(LifeCycleMigrations.sql))
    }

    private static func trimmed(_ text: String) -> String {
        text.split(separator: "\n").map(String.init).joined(separator: "\n")
    }
}
