import Models

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
