import JSON
import Models
import Postgres

extension Line: PostgresRowDecodable {
    static let columns: StaticString = """
        id, source, value, label, agent_id, team, valid_from, valid_to, routing, agent_channel, version,
        created_at, updated_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(LineID.self)
        source = try row.next(String.self)
        value = try row.next(String.self)
        label = try row.next(String?.self)
        agentID = try row.next(UserID?.self)
        team = try row.next(String?.self)
        validFrom = try row.next(Timestamp?.self)
        validTo = try row.next(Timestamp?.self)
        let document = try row.next(JSONText?.self)
        // What a later release has written and this one cannot read is as if it were not set.
        do { routing = try document?.decode(CallsAPI.LineRouting.self) } catch { routing = nil }
        agentChannel = try row.next(Int32?.self).map(Int.init)
        version = try row.next(Int64.self)
        createdAt = try row.next(Timestamp.self)
        updatedAt = try row.next(Timestamp.self)
    }
}

extension LineAssignment: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        line = try row.next(LineID.self)
        agentID = try row.next(UserID?.self)
        team = try row.next(String?.self)
    }
}

extension UnknownLine: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        value = try row.next(String.self)
        source = try row.next(String.self)
        calls = try row.next(Int.self)
        firstCallAt = try row.next(Timestamp.self)
        lastCallAt = try row.next(Timestamp.self)
    }
}
