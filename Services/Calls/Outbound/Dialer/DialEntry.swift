import Models
import Postgres

/// A number that waits to be called, or was.
struct DialEntry: Sendable {
    var id = DialEntryID.make()
    var campaignID: CampaignID?
    var number: String
    var name: String?
    var leadID: LeadID?
    var agentID: UserID?
    var purpose = ContactPurpose.marketing
    var priority = 0
    var state = DialEntryState.pending
    var reason: String?
    var notBefore = Timestamp.now()
    var attempts = 0
    var maxAttempts = 3
    var sessionID: DialSessionID?
    var callID: CallID?
    var createdAt = Timestamp.now()
    var updatedAt = Timestamp.now()

    init(_ number: String) { self.number = number }
}

extension DialEntry: PostgresRowDecodable {
    static let columns: StaticString = """
        id, campaign_id, number, name, lead_id, agent_id, purpose, priority, state, reason, not_before_at, attempts, max_attempts,
        session_id, call_id, created_at, updated_at
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
    }

    var wire: CallsAPI.DialEntry {
        CallsAPI.DialEntry(
            id: id, campaignID: campaignID, number: number, name: name, leadID: leadID, agentID: agentID,
            purpose: purpose, priority: priority, state: state, reason: reason, notBefore: notBefore,
            attempts: attempts, maxAttempts: maxAttempts, callID: callID, createdAt: createdAt, updatedAt: updatedAt)
    }
}

/// Which numbers a list holds.
struct DialEntryFilter: Codable, Sendable {
    var campaignID: CampaignID?
    var state: DialEntryState?
    var agentID: UserID?
    var number: String?
}
