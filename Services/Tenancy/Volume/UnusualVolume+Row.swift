import FoundationEssentials
import Models
import Postgres

extension UnusualVolume: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        tenant = try row.next(TenantID.self)
        kind = try row.next(String.self)
        actor = try row.next(UUID.self)
        recent = try row.next(Int.self)
        usual = try row.next(Int.self)
    }
}
