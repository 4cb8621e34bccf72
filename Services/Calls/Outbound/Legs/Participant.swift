import Models
import Postgres

/// One end of a call that is steered here; to its carrier a call of its own.
struct Participant: Sendable, Equatable {
    var id = ParticipantID.make()
    var callID: CallID
    var connection: ConnectionID
    var role: ParticipantRole
    var userID: UserID?
    /// A number in E.164, or `client:<identity>`.
    var address: String
    var ringSeconds = 30
    var externalID: String?
    var state = ParticipantState.planned
    var reason: String?
    /// How often the carrier was told to ring it.
    var attempts = 0
    var placingAt: Timestamp?
    var isMuted = false
    var isOnHold = false
    /// Who leaves once this one has joined.
    var replaces: ParticipantID?
    var joinedAt: Timestamp?
    var leftAt: Timestamp?

    var isOver: Bool { [.left, .failed, .cancelled].contains(state) }
    var isBrowser: Bool { address.hasPrefix(Self.browserPrefix) }

    static let browserPrefix = "client:"

    /// A person's browser is rung by the person's id, at both carriers.
    static func browser(of user: UserID) -> String { browserPrefix + user.jsonText }
}

extension Participant: PostgresRowDecodable {
    static let columns: StaticString = """
        id, call_id, connection_id, role, user_id, address, ring_seconds, external_id, state, reason, attempts, placing_at,
        is_muted, is_on_hold, replaces_id, joined_at, left_at
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
    }
}

extension Participant {
    var wire: CallsAPI.Participant {
        CallsAPI.Participant(
            id: id, role: role, userID: userID, address: address, state: state, reason: reason, isMuted: isMuted,
            isOnHold: isOnHold, joinedAt: joinedAt, leftAt: leftAt,
            durationSeconds: joinedAt.flatMap { joined in leftAt.map { Int(($0 - joined).components.seconds) } })
    }
}
