import Models
import Postgres

extension Disposition: PostgresRowDecodable {
    static let columns: StaticString =
        "id, preset, name, category, position, version, created_at, updated_at, retired_at"

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(DispositionID.self)
        preset = try row.next(String?.self)
        name = try row.next(String.self)
        category = try row.next(DispositionCategory.self)
        position = Int(try row.next(Int32.self))
        version = try row.next(Int64.self)
        createdAt = try row.next(Timestamp.self)
        updatedAt = try row.next(Timestamp.self)
        retiredAt = try row.next(Timestamp?.self)
    }
}
