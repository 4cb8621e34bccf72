import Crypto
import Models
import Postgres

/// Finds the call that a recording belongs to by the name of its file.
struct RecordingNameStore {
    let rows: any SQLExecutor
    let tenant: TenantID

    /// Notes the names of a call's files; a name that another call has goes to the later one.
    func keep(_ names: Set<String>, of call: CallID, source: String) async throws {
        guard !names.isEmpty else { return }
        let digests = Set(names.map(Self.digest)).sorted { $0.lexicographicallyPrecedes($1) }
        for digest in digests {
            try await rows.execute(
                """
                INSERT INTO recording_names (tenant_id, source, digest, call_id)
                VALUES (\(tenant), \(source), \(digest), \(call))
                ON CONFLICT ON CONSTRAINT recording_names_pkey DO UPDATE SET call_id = excluded.call_id
                """)
        }
    }

    /// Nil when no call names the file, yet.
    func call(named name: String, source: String) async throws -> CallID? {
        try await rows.first(
            """
            SELECT call_id FROM recording_names
            WHERE tenant_id = \(tenant) AND source = \(source) AND digest = \(Self.digest(name))
            """
        ) { row in try row.next(CallID.self) }
    }

    /// Folders differ between what a phone system writes and where a file lies.
    static func digest(_ name: String) -> [UInt8] {
        SHA256.digest(name.split(separator: "/").last.map(String.init) ?? name)
    }
}

extension RecordingReference {
    /// By what the stored file is known again.
    var digest: [UInt8] { RecordingNameStore.digest(name ?? "recording") }
}
