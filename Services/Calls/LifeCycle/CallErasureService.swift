import BlobStore
import LifeCycle
import Models
import Postgres

/// Erases calls with their bytes: a row goes before its bytes, and what a crash leaves the nightly sweep finds.
struct CallErasureService: Sendable {
    private static let filesPerPage = 500
    /// What hangs on calls, and stays as it is while a call is held.
    private static let ofCalls = ["calls", "recordings", "transcripts", "analyses", "call_legal_holds"]

    let database: Database
    let blobs: any BlobStore

    var steps: ErasureSteps {
        ErasureSteps(
            person: { erasure, pattern, rows in try await erase(erasure, pattern, rows) },
            tenant: { rows in try await eraseAll(rows) })
    }

    /// The files of calls that somebody had part in, for whoever wants what there is about them.
    static let personFiles: ServiceExportRoutes.PersonFiles = { person, pattern, rows in
        let found = try await CallErasureStore(rows: rows).recordings(
            of: (numbers: person.phoneNumbers.map(\.number), pattern: pattern))
        return found.flatMap { recording in
            BlobKey.Variant.allCases.map { BlobKey(tenant: rows.tenant, recording: recording, $0) }
        }
    }

    /// Removes the calls that somebody had part in, and their name from what was said in others.
    private func erase(
        _ erasure: InternalAPI.Erasure, _ pattern: String, _ rows: TenantDatabase
    ) async throws -> ErasureSteps.Outcome {
        let person = (numbers: erasure.phoneNumbers.map(\.number), pattern: pattern)
        var outcome = try await remove(person, rows)
        outcome.erased.merge(try await ComplianceErasureStore(rows: rows).erase(pattern), uniquingKeysWith: +)
        outcome.erased["dial_queue"] = try await OutboundErasureStore(rows: rows).erase(person.numbers)
        if outcome.held == 0 {
            outcome.erased["hook_payloads"] = try await HookErasureStore(rows: rows).erase(pattern)
            outcome.erased["transcripts"] = try await CallErasureStore(rows: rows).redactTranscripts(pattern)
        }
        return outcome
    }

    /// Removes the bytes of a tenant; its rows go after them, unless a call is held.
    private func eraseAll(_ rows: TenantDatabase) async throws -> ErasureSteps.Outcome {
        let store = CallErasureStore(rows: rows)
        guard try await store.countHeld() == 0 else { return try await remove(nil, rows) }
        var removed = 0
        guard var last = BlobKey(rows.tenant.description) else { return .init() }
        while true {
            let page = try await blobs.list(after: last, limit: Self.filesPerPage)
            let own = page.prefix { $0.key.tenant == rows.tenant }
            for entry in own {
                try await blobs.delete(entry.key)
                removed += 1
                last = entry.key
            }
            guard own.count == Self.filesPerPage else { return .init(erased: ["files": removed]) }
        }
    }

    private func remove(
        _ person: (numbers: [String], pattern: String)?, _ rows: TenantDatabase
    ) async throws -> ErasureSteps.Outcome {
        let store = CallErasureStore(rows: rows)
        var (calls, files) = (0, 0)
        while let gone = try await store.eraseSome(person) {
            calls += gone.count
            for case let recording? in gone {
                for variant in BlobKey.Variant.allCases {
                    try await blobs.delete(BlobKey(tenant: rows.tenant, recording: recording, variant))
                }
                files += 1
            }
        }
        let held = try await store.countHeld(person)
        return .init(
            erased: ["calls": calls, "recordings": files], held: held, kept: held > 0 ? Self.ofCalls : [])
    }
}
