import Models
import Postgres

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
