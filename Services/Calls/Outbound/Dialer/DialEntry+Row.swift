import Models
import Postgres

extension DialEntry: PostgresRowDecodable {
    static let columns: StaticString = """
        id, campaign_id, number, name, lead_id, agent_id, purpose, priority, state, reason, not_before_at, attempts, max_attempts,
        session_id, call_id, created_at, updated_at, language
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(DialEntryID.self)
        campaignID = try row.next(CampaignID?.self)
        number = try row.next(String.self)
        name = try row.next(String?.self)
        leadID = try row.next(LeadID?.self)
        agentID = try row.next(UserID?.self)
        purpose = try row.next(ContactPurpose.self)
        priority = Int(try row.next(Int32.self))
        state = try row.next(DialEntryState.self)
        reason = try row.next(String?.self)
        notBefore = try row.next(Timestamp.self)
        attempts = Int(try row.next(Int32.self))
        maxAttempts = Int(try row.next(Int32.self))
        sessionID = try row.next(DialSessionID?.self)
        callID = try row.next(CallID?.self)
        createdAt = try row.next(Timestamp.self)
        updatedAt = try row.next(Timestamp.self)
        language = try row.next(String?.self)
    }
}
