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
    /// The longest that a backup is kept: what was erased longer ago can be brought back by none.
    let backupLife: Duration
    let clients: @Sendable (ServiceName) -> ServiceClient

    /// Has the journal looked at at once: a process that starts may stand on a restored database.
    func enqueue(_ logger: Logger) async {
        do {
            guard try await !journal.entries().isEmpty else { return }
            try await database.tenant(.platform).transaction { rows in
                _ = try await JobQueue(rows).enqueue(ReplayErasuresJob())
            }
        } catch {
            // The job is due within minutes all the same.
            logger.warning("The journal of erasures is looked at later", [.error("error", error)])
        }
    }

    func run(_ logger: Logger, now: Timestamp = .now()) async throws {
        let platform = database.tenant(.platform)
        var missing: [TenantID: [JournalEntry]] = [:]
        var old: Set<ErasureID> = []
        for (owner, entries) in Dictionary(grouping: try await journal.entries(), by: \.owner) {
            let known = try await ErasureRequestStore(rows: database.tenant(owner), owner: owner).known(
                entries.map(\.id))
            for entry in entries {
                // A tenant that has gone has taken its people with it.
                let rows = database.tenant(entry.erasedTenant)
                guard !known.contains(entry.id),
                    try await TenantStore(rows: rows).find(entry.erasedTenant) != nil
                else {
                    if entry.requestedAt < now - backupLife { old.insert(entry.id) }
                    continue
                }
                missing[entry.erasedTenant, default: []].append(entry)
            }
        }
        // What is still to be applied is older than its time only because nobody could.
        try await journal.forget(old)
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

    /// Reads all that there is of the tenant, whether or not an archive has it.
    ///
    /// The gateway first: a hook that is delivered meanwhile is found with its service, which is read later.
    private func look(_ finder: PersonFinder) async throws -> [ErasureID: Set<String>] {
        var finder = finder
        let scope = ServiceClient.Scope(tenant: finder.tenant, deadline: Self.patience)
        for service in [.gateway] + ServiceName.services where service != .tenancy {
            let body = try await clients(service).open("/internal/export/texts", scope: scope)
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
        try await TableExportStore(database.tenant(finder.tenant)).readTexts { finder.look($0[...]) }
        return finder.found
    }
}
