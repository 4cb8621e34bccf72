import Clients
import Crypto
import HTTP
import Jobs
import LifeCycle
import Models
import Postgres
import Telemetry

/// Erases again what a restored database has brought back.
struct ReplayErasuresJob: Job {
    static let kind = "replay_erasures"
}

/// Holds the journal against the database: an erasure that is in the one and not in the other was forgotten by a restore.
struct ErasureReplay: Sendable {
    /// How long a service may take to begin.
    private static let patience = Duration.seconds(60)
    /// A line that is cut in two is no loss beyond this length.
    private static let longestLine = 8 << 20

    let database: Database
    let secrets: SecretBox
    let journal: ErasureJournal
    let clients: @Sendable (ServiceName) -> ServiceClient

    func run(_ logger: Logger) async throws {
        let platform = database.tenant(.platform)
        var missing: [TenantID: [JournalEntry]] = [:]
        for (owner, entries) in Dictionary(grouping: try await journal.entries(), by: \.owner) {
            let known = try await ErasureRequestStore(rows: database.tenant(owner), owner: owner).known(
                entries.map(\.id))
            for entry in entries where !known.contains(entry.id) {
                // A tenant that has gone has taken its people with it.
                let rows = database.tenant(entry.erasedTenant)
                guard try await TenantStore(rows: rows).find(entry.erasedTenant) != nil else { continue }
                missing[entry.erasedTenant, default: []].append(entry)
            }
        }
        for (tenant, entries) in missing {
            if let whole = entries.first(where: { $0.kind == .tenant }) {
                _ = try await ErasureLifeStore(database: platform, secrets: secrets).begin(
                    .tenant, of: tenant, ErasureTarget(phoneNumbers: [], emails: []), by: nil, as: whole.id,
                    origin: Origin(actor: .service(.tenancy)))
            } else {
                try await erase(entries, of: tenant, logger)
            }
            logger.warning(
                "Erasures are applied again to a restored database",
                [.string("tenant_id", tenant.description), .int("count", entries.count)])
        }
    }

    /// Finds the people in all that the services have of the tenant, and begins to erase them.
    ///
    /// Nobody of an entry may be left: then the erasure is over as soon as the services have said so.
    private func erase(_ entries: [JournalEntry], of tenant: TenantID, _ logger: Logger) async throws {
        for (keyID, entries) in Dictionary(grouping: entries, by: \.keyID) {
            guard let key = PersonDigests.key(of: secrets, id: keyID) else {
                logger.error(
                    "Erasures cannot be applied again without their encryption key",
                    [.string("key_id", keyID), .int("count", entries.count)])
                continue
            }
            let pairs = entries.flatMap { entry in entry.digests.map { ($0, [entry.id]) } }
            let finder = PersonFinder(
                tenant: tenant, key: key, wanted: Dictionary(pairs, uniquingKeysWith: +))
            let found = try await look(finder)
            for entry in entries {
                let texts = found[entry.id] ?? []
                let numbers = texts.filter { !$0.contains("@") }
                let target = ErasureTarget(
                    // Which of them has the country's code is not known; each is looked for in both ways.
                    phoneNumbers: numbers.sorted().flatMap {
                        [.init(number: "+\($0)", national: ""), .init(number: "", national: $0)]
                    },
                    emails: texts.filter { $0.contains("@") }.sorted())
                _ = try await ErasureLifeStore(database: database.tenant(entry.owner), secrets: secrets).begin(
                    .person, of: tenant, target, by: nil, as: entry.id, origin: Origin(actor: .service(.tenancy)))
            }
        }
    }

    private func look(_ finder: PersonFinder) async throws -> [ErasureID: Set<String>] {
        var finder = finder
        for table in TenantExport.tables {
            try await TableExportStore(database.tenant(finder.tenant)).read(table) { finder.look($0[...]) }
        }
        let scope = ServiceClient.Scope(tenant: finder.tenant, deadline: Self.patience)
        for service in ServiceName.services where service != .tenancy {
            let client = clients(service)
            let contents = try await client.get("/internal/export", as: InternalAPI.ExportContents.self, scope: scope)
            for table in contents.tables {
                let body = try await client.open("/internal/export/tables/\(table)", scope: scope)
                var rest: [UInt8] = []
                while let piece = try await body.next() {
                    rest += piece
                    guard let end = rest.lastIndex(of: 0x0a) ?? (rest.count > Self.longestLine ? rest.count - 1 : nil)
                    else { continue }
                    finder.look(rest[...end])
                    rest.removeFirst(end + 1)
                }
                finder.look(rest[...])
            }
        }
        return finder.found
    }
}
