import Models

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
    /// What the carrier has charged, in millionths; told by it alone, and never written with the rest.
    var cost: CarrierPrice?

    var isOver: Bool { [.left, .failed, .cancelled].contains(state) }
    var isBrowser: Bool { address.hasPrefix(Self.browserPrefix) }

    static let browserPrefix = "client:"

    /// A person's browser is rung by the person's id, at both carriers.
    static func browser(of user: UserID) -> String { browserPrefix + user.jsonText }
}

extension Participant {
    var wire: CallsAPI.Participant {
        CallsAPI.Participant(
            id: id, role: role, userID: userID, address: address, state: state, reason: reason, isMuted: isMuted,
            isOnHold: isOnHold, joinedAt: joinedAt, leftAt: leftAt,
            costMicros: cost?.micros, costCurrency: cost?.currency,
            durationSeconds: joinedAt.flatMap { joined in leftAt.map { Int(($0 - joined).components.seconds) } })
    }
}
