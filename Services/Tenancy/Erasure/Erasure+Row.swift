import JSON
import Models
import Postgres

extension Erasure: PostgresRowDecodable {
    static let columns: StaticString =
        "id, tenant_id, kind, erased_tenant, requested_by, requested_at, finished_at"

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(ErasureID.self)
        owner = try row.next(TenantID.self)
        kind = try row.next(ErasureKind.self)
        erasedTenant = try row.next(TenantID.self)
        requestedBy = try row.next(UserID?.self)
        requestedAt = try row.next(Timestamp.self)
        finishedAt = try row.next(Timestamp?.self)
    }
}

/// A receipt with the erasure that it belongs to.
struct ErasureReceiptRow: PostgresRowDecodable, Sendable {
    let erasure: ErasureID
    let service: ServiceName
    let receivedAt: Timestamp
    let erased: JSONText
    let held: Int

    init(row: inout RowReader) throws(PostgresError) {
        erasure = try row.next(ErasureID.self)
        service = try row.next(ServiceName.self)
        receivedAt = try row.next(Timestamp.self)
        erased = try row.next(JSONText.self)
        held = try row.next(Int.self)
    }

    func wire() throws -> TenancyAPI.ErasureReceipt {
        TenancyAPI.ErasureReceipt(
            service: service, receivedAt: receivedAt, erased: try erased.decode([String: Int].self), held: held)
    }
}
