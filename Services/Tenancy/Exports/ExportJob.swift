import BlobStore
import Clients
import Crypto
import HTTPClient
import IO
import Jobs
import JSON
import LifeCycle
import Models
import Postgres

/// Puts a tenant's archive together.
struct ExportJob: Job {
    static let kind = "export_tenant"
    static let options = JobOptions(
        maxAttempts: 5, concurrency: 1, perTenant: 1, timeout: .seconds(4 * 3_600),
        backoff: JobBackoff(first: .seconds(10), longest: .seconds(900)))

    var exportID: ExportID
}

/// Removes archives that can be fetched no more.
struct ExpireExportsJob: Job {
    static let kind = "expire_exports"
}

/// Makes and removes archives.
struct TenantExporting: Sendable {
    private static let perRound: Int32 = 100

    let database: Database
    let blobs: any BlobStore
    let secrets: SecretBox?
    let links: InvitationLinks
    let mail: MailQueue

    func run(
        _ run: JobRun, _ job: ExportJob, loop: EventLoop, clients: @escaping @Sendable (ServiceName) -> ServiceClient
    ) async throws {
        let tenant = run.tenant
        let rows = database.tenant(tenant)
        guard let export = try await ExportStore(rows: rows).find(job.exportID, in: tenant), export.state == .waiting,
            let key = BlobKey(TenantExport.key(export.id, of: tenant))
        else { return }
        do {
            let person = try await person(of: export, in: tenant)
            let pipe = BytePipe()
            let archive = TenantArchive(
                database: database, tenant: tenant, person: person, clients: clients, pipe: pipe)
            let (stored, receipts) = try await store(archive, pipe, at: key, loop)
            let isWanted = try await finish(export, stored, receipts, run)
            if !isWanted { try await blobs.delete(key) }
        } catch {
            if run.isLastAttempt {
                try await ExportStore(rows: rows).setFailed(export.id, "not_gathered", in: tenant)
            }
            throw error
        }
    }

    /// Whom the archive is of; nil for the whole tenant.
    private func person(
        of export: TenantExport, in tenant: TenantID
    ) async throws -> InternalAPI.ExportedPerson? {
        guard export.kind == .person else { return nil }
        let rows = database.tenant(tenant)
        guard let secrets, let sealed = try await ExportStore(rows: rows).target(of: export.id, in: tenant) else {
            throw Failure(.internal)
        }
        let target = try JSON.decode(
            ErasureTarget.self, from: secrets.open(sealed, at: TenantExport.place(export.id, of: tenant)))
        let accounts = try await PersonErasureStore.accounts(target.emails, in: tenant, rows)
        return InternalAPI.ExportedPerson(
            phoneNumbers: target.phoneNumbers, emails: target.emails, users: accounts.map(\.id))
    }

    /// Gathers on one task and stores on another, so that no more than a piece is held.
    private func store(
        _ archive: TenantArchive, _ pipe: BytePipe, at key: BlobKey, _ loop: EventLoop
    ) async throws -> (StoredBlob, [TenancyAPI.ExportReceipt]) {
        let gathering = loop.spawn { () -> [TenancyAPI.ExportReceipt] in
            do {
                let receipts = try await archive.write()
                pipe.finish()
                return receipts
            } catch {
                pipe.fail(error)
                return []
            }
        }
        do {
            let stored = try await blobs.put(key, pipe)
            return (stored, await gathering.value)
        } catch {
            pipe.fail(error)
            _ = await gathering.value
            throw error
        }
    }

    private func finish(
        _ export: TenantExport, _ stored: StoredBlob, _ receipts: [TenancyAPI.ExportReceipt], _ run: JobRun
    ) async throws -> Bool {
        let tenant = run.tenant
        let until = Timestamp.now() + TenantExport.life
        return try await database.tenant(tenant).transaction { rows in
            try await run.finish(in: rows)
            let isWanted = try await ExportStore(rows: rows).setReady(
                export.id, size: stored.size, sha256: stored.sha256, receipts, until: until, in: tenant)
            guard isWanted else { return false }
            guard let user = try await UserStore(rows: rows).find(export.requestedBy, in: tenant),
                let owner = try await TenantStore(rows: rows).find(tenant), user.status == .active
            else { return true }
            var letter = try Letter.about(.exportReady, user, owner, ["expires": String(until.jsonText.prefix(10))])
            letter.url = links.page("settings/exports", subdomain: owner.subdomain)
            try await mail.send(letter, in: rows)
            return true
        }
    }

    /// Removes the bytes of archives whose time is over.
    func expire() async throws {
        for (tenant, id) in try await ExportStore.expired(limit: Self.perRound, in: database) {
            if let key = BlobKey(TenantExport.key(id, of: tenant)) { try await blobs.delete(key) }
            try await ExportStore(rows: database.tenant(tenant)).expire(id, in: tenant)
        }
    }

    /// Removes a tenant's archives at once, since somebody who is being erased is in them; how many.
    static func removeAll(of rows: TenantDatabase, _ blobs: any BlobStore) async throws -> Int {
        let ended = try await ExportStore(rows: rows).expireAll(in: rows.tenant)
        for id in ended {
            if let key = BlobKey(TenantExport.key(id, of: rows.tenant)) { try await blobs.delete(key) }
        }
        return ended.count
    }
}
