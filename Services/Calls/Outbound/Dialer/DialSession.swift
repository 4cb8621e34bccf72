import Models
import Postgres

/// An agent who is given one number after another.
struct DialSession: Sendable {
    /// A console that says nothing for so long is gone.
    static let lease = Duration.seconds(90)

    var id = DialSessionID.make()
    var userID: UserID
    var campaignID: CampaignID?
    var state = DialSessionState.ready
    var entryID: DialEntryID?
    var callID: CallID?
    var reason: String?
    var calls = 0
    var leasedUntil = Timestamp.now() + DialSession.lease
    var nextAt: Timestamp?
    var createdAt = Timestamp.now()

    init(userID: UserID, campaignID: CampaignID?) {
        self.userID = userID
        self.campaignID = campaignID
    }

    func wire(_ entry: DialEntry?) -> CallsAPI.DialSession {
        CallsAPI.DialSession(
            id: id, userID: userID, campaignID: campaignID, state: state, reason: reason, entry: entry?.wire,
            callID: callID, calls: calls, nextAt: nextAt, leasedUntil: leasedUntil, createdAt: createdAt)
    }
}

extension DialSession: PostgresRowDecodable {
    static let columns: StaticString = """
        id, user_id, campaign_id, state, entry_id, call_id, reason, calls, leased_until_at, next_at, created_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(DialSessionID.self)
        userID = try row.next(UserID.self)
        campaignID = try row.next(CampaignID?.self)
        state = try row.next(DialSessionState.self)
        entryID = try row.next(DialEntryID?.self)
        callID = try row.next(CallID?.self)
        reason = try row.next(String?.self)
        calls = Int(try row.next(Int32.self))
        leasedUntil = try row.next(Timestamp.self)
        nextAt = try row.next(Timestamp?.self)
        createdAt = try row.next(Timestamp.self)
    }
}
