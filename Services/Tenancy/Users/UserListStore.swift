import FoundationEssentials
import Models
import Postgres

/// Pages of people.
struct UserListStore {
    /// Where a page goes on: the value by which the list is ordered, and the id.
    enum Position: Sendable {
        case instant(Timestamp, UUID)
        case text(String, UUID)
    }

    /// A person, with the texts by which lists are ordered as the database has them.
    struct Row: PostgresRowDecodable, Sendable {
        let user: User
        let name: String
        let email: String

        init(row: inout RowReader) throws(PostgresError) {
            user = try User(row: &row)
            name = try row.next(String.self)
            email = try row.next(String.self)
        }
    }

    /// Whoever has never signed in comes before everybody who has.
    static let never = Timestamp(microseconds: 0)

    let rows: any SQLExecutor

    /// Some people and how many a filter finds, counted up to a bound; in one round trip.
    func page(
        _ filter: UserFilter, _ reach: UserReach, _ order: UserOrder, after position: Position?, limit: Int,
        offset: Int, bound: Int, in tenant: TenantID
    ) async throws -> (rows: [Row], count: Int) {
        let direction: StaticString = order.isDescending ? "DESC" : "ASC"
        let (key, condition) = (Self.key(order), Self.condition(filter, reach, in: tenant))
        let results = try await rows.batch([
            """
            SELECT \(unescaped: User.columns), lower(name), email_lc FROM users
            WHERE \(condition)\(Self.start(order, after: position))
            ORDER BY \(unescaped: key) \(unescaped: direction), id \(unescaped: direction)
            LIMIT \(limit) OFFSET \(offset)
            """,
            "SELECT count(*) FROM (SELECT FROM users WHERE \(condition) LIMIT \(bound)) AS counted",
        ])
        let found = try results[0].map { row throws(PostgresError) in try Row(row: &row) }
        return (found, try results[1].first { row in try row.next(Int.self) } ?? 0)
    }

    /// What a filter means in a `WHERE`.
    static func condition(_ filter: UserFilter, _ reach: UserReach, in tenant: TenantID) -> SQL {
        var sql: SQL = "tenant_id = \(tenant) AND erased_at IS NULL"
        sql = filter.deleted == true ? "\(sql) AND deleted_at IS NOT NULL" : "\(sql) AND deleted_at IS NULL"
        if let id = reach.userID { sql = "\(sql) AND id = \(id)" }
        if let search = filter.search {
            sql = "\(sql) AND (strpos(lower(name), lower(\(search))) > 0 OR strpos(email_lc, lower(\(search))) > 0)"
        }
        if let roles = filter.role { sql = "\(sql) AND role = ANY (\(roles.map(\.rawValue)))" }
        if let status = filter.status { sql = "\(sql) AND status = \(status.rawValue)" }
        if let skill = filter.skill {
            sql = "\(sql) AND EXISTS (SELECT FROM unnest(skills) AS s WHERE lower(s) = lower(\(skill)))"
        }
        if let language = filter.language {
            sql = "\(sql) AND EXISTS (SELECT FROM unnest(languages) AS l WHERE lower(l) = lower(\(language)))"
        }
        if let zip = filter.zip {
            sql = """
                \(sql) AND EXISTS (SELECT FROM unnest(territory) AS t
                    WHERE t = upper(\(zip)) OR (right(t, 1) = '*' AND starts_with(upper(\(zip)), left(t, -1))))
                """
        }
        return sql
    }

    private static func key(_ order: UserOrder) -> StaticString {
        switch order.key {
        case .createdAt: "created_at"
        case .name: "lower(name)"
        case .email: "email_lc"
        case .lastSignInAt: "coalesce(last_sign_in_at, 'epoch')"
        }
    }

    private static func start(_ order: UserOrder, after position: Position?) -> SQL {
        let (key, beyond): (StaticString, StaticString) = (key(order), order.isDescending ? "<" : ">")
        return switch position {
        case nil: ""
        case .instant(let at, let id): " AND (\(unescaped: key), id) \(unescaped: beyond) (\(at), \(id))"
        case .text(let text, let id): " AND (\(unescaped: key), id) \(unescaped: beyond) (\(text), \(id))"
        }
    }
}
