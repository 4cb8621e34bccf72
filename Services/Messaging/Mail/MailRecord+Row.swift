import Postgres

extension MailRecord: PostgresRowDecodable {
    static let columns: StaticString = "tenant_id, id, kind, state, attempts, created_at, failure"

    init(row: inout RowReader) throws(PostgresError) {
        tenant = try row.next()
        id = try row.next()
        kind = try row.next()
        state = try row.next()
        attempts = try row.next()
        createdAt = try row.next()
        failure = try row.next()
    }
}
