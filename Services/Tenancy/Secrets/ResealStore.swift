import FoundationEssentials
import JSON
import Models
import Postgres

/// Sealed values of all tenants, found by the key that sealed them.
struct ResealStore {
    let database: Database

    /// Values that begin otherwise than what the current key seals, in order, beyond one of them.
    func outdated(header: [UInt8], after last: SealedRow?, limit: Int) async throws -> [SealedRow] {
        try await database.query(
            """
            SELECT place, tenant_id, row_id, sealed
            FROM platform_sealed_rows(
                \(header), \(last?.place.rawValue ?? ""), \(last?.tenant ?? TenantID(UUID(high: 0, low: 0))),
                \(last?.row ?? ""), \(Int32(limit)))
            """
        ) { row in
            let place = try row.next(String.self)
            let tenant = try row.next(TenantID.self)
            let id = try row.next(String.self)
            let sealed = try row.next([UInt8].self)
            guard let known = SealedPlace(rawValue: place) else { throw TenancyError.unknownSealedPlace }
            return SealedRow(place: known, tenant: tenant, row: id, sealed: sealed)
        }
    }

    /// Replaces a value, unless it has changed meanwhile.
    func replace(_ row: SealedRow, with sealed: [UInt8]) async throws -> Bool {
        switch row.place {
        case .signingKeys:
            try await database.execute(
                "UPDATE signing_keys SET private_key = \(sealed) WHERE id = \(row.row) AND private_key = \(row.sealed)"
            ) == 1
        case .secondFactors:
            try await database.tenant(row.tenant).execute(
                """
                UPDATE second_factors SET secret = \(sealed)
                WHERE tenant_id = \(row.tenant) AND user_id = \(row.row)::uuid AND secret = \(row.sealed)
                """) == 1
        case .singleSignOn:
            try await database.tenant(row.tenant).execute(
                """
                UPDATE single_sign_on SET client_secret = \(sealed)
                WHERE tenant_id = \(row.tenant) AND client_secret = \(row.sealed)
                """) == 1
        case .connections:
            try await database.tenant(row.tenant).execute(
                """
                UPDATE connections SET secrets = \(sealed)
                WHERE tenant_id = \(row.tenant) AND id = \(row.row)::uuid AND secrets = \(row.sealed)
                """) == 1
        case .auditSeals:
            try await database.tenant(row.tenant).value(
                "SELECT replace_audit_proof(\(row.row), \(row.sealed), \(sealed))", as: Bool.self) ?? false
        case .erasureTargets:
            try await database.tenant(row.tenant).execute(
                """
                UPDATE erasure_targets SET sealed = \(sealed)
                WHERE tenant_id = \(row.tenant) AND erasure_id = \(row.row)::uuid AND sealed = \(row.sealed)
                """) == 1
        }
    }

    /// Notes in the platform's log how many values have another key now.
    func note(_ count: Int, origin: Origin) async throws {
        let after = try JSONText(encoding: ["count": count])
        try await AuditStore(rows: database.tenant(.platform)).append(
            origin.entry(.secretsResealed, "platform", after: after), in: .platform)
    }
}
