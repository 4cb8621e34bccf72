import Models

/// A number that waits to be called, or was.
struct DialEntry: Sendable {
    var id = DialEntryID.make()
    var campaignID: CampaignID?
    var number: String
    var name: String?
    var leadID: LeadID?
    var language: String?
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

/// Which numbers a list holds.
struct DialEntryFilter: Codable, Sendable {
    var campaignID: CampaignID?
    var state: DialEntryState?
    var agentID: UserID?
    var number: String?
}

extension DialEntry {
    var wire: CallsAPI.DialEntry {
        CallsAPI.DialEntry(
            id: id, campaignID: campaignID, number: number, name: name, leadID: leadID, language: language,
            agentID: agentID, purpose: purpose, priority: priority, state: state, reason: reason, notBefore: notBefore,
            attempts: attempts, maxAttempts: maxAttempts, callID: callID, createdAt: createdAt, updatedAt: updatedAt)
    }
}
