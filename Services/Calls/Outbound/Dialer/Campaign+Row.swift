import Models
import Postgres

extension Campaign: PostgresRowDecodable {
    static let columns: StaticString = """
        id, name, state, purpose, priority, pause_seconds, max_attempts, ring_seconds, machine_action, machine_message, version,
        created_at, updated_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(CampaignID.self)
        name = try row.next(String.self)
        state = try row.next(CampaignState.self)
        purpose = try row.next(ContactPurpose.self)
        priority = Int(try row.next(Int32.self))
        pauseSeconds = Int(try row.next(Int32.self))
        maxAttempts = Int(try row.next(Int32.self))
        ringSeconds = Int(try row.next(Int32.self))
        machineAction = try row.next(MachineAction.self)
        machineMessage = try row.next(String?.self)
        version = try row.next(Int64.self)
        createdAt = try row.next(Timestamp.self)
        updatedAt = try row.next(Timestamp.self)
    }
}
