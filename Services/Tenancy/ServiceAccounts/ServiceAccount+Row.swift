import Models
import Postgres

extension ServiceAccount: PostgresRowDecodable {
    static let columns: StaticString = """
        id, name, description, scopes, status, version, created_by, created_at, updated_at, disabled_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(ServiceAccountID.self)
        name = try row.next(String.self)
        description = try row.next(String.self)
        scopes = try row.next([String].self).compactMap(Scope.init(rawValue:))
        status = try row.next(ServiceAccountStatus.self)
        version = try row.next(Int64.self)
        createdBy = try row.next(UserID.self)
        createdAt = try row.next(Timestamp.self)
        updatedAt = try row.next(Timestamp.self)
        disabledAt = try row.next(Timestamp?.self)
    }
}
