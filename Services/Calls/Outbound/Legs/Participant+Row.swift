import Models
import Postgres

extension Participant: PostgresRowDecodable {
    static let columns: StaticString = """
        id, call_id, connection_id, role, user_id, address, ring_seconds, external_id, state, reason, attempts, placing_at,
        is_muted, is_on_hold, replaces_id, joined_at, left_at, cost_micros, cost_currency
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(ParticipantID.self)
        callID = try row.next(CallID.self)
        connection = try row.next(ConnectionID.self)
        role = try row.next(ParticipantRole.self)
        userID = try row.next(UserID?.self)
        address = try row.next(String.self)
        ringSeconds = Int(try row.next(Int32.self))
        externalID = try row.next(String?.self)
        state = try row.next(ParticipantState.self)
        reason = try row.next(String?.self)
        attempts = Int(try row.next(Int32.self))
        placingAt = try row.next(Timestamp?.self)
        isMuted = try row.next(Bool.self)
        isOnHold = try row.next(Bool.self)
        replaces = try row.next(ParticipantID?.self)
        joinedAt = try row.next(Timestamp?.self)
        leftAt = try row.next(Timestamp?.self)
        let micros = try row.next(Int64?.self)
        let currency = try row.next(String?.self)
        if let micros, let currency { cost = CarrierPrice(micros: micros, currency: currency) }
    }
}
