import Models

/// The question whether a person may be contacted, in this way, for this, now.
struct ContactQuestion: Sendable {
    var channel: ContactChannel
    /// A number as it is dialled in the tenant's country or E.164, or an address of mail.
    var address: String
    var purpose: ContactPurpose
    /// Whether a machine dials or writes; false when a person decides upon this one contact.
    var isAutomated: Bool
    /// For whom or by whom, if somebody is known.
    var userID: UserID?
    /// What the contact is part of, such as `call/<id>`.
    var reference: String?
    /// What is known of the person's address.
    var known: CalleePlace.Known
    /// The tenant's (ISO 3166-1 alpha-2): how national numbers are read, and what is allowed unless the policy says more.
    var country: String
    /// The tenant's: its days begin and end there.
    var timeZone: TimeZoneName
    /// The tenant's setting: what happens before a call is recorded, where no rule of a region says more.
    var recording: RecordingPolicy
    var at: Timestamp
    var askedBy: ServiceName
    /// False to look without leaving a record that counts, as a preview does.
    var isRecorded: Bool

    init(
        _ channel: ContactChannel, _ address: String, for purpose: ContactPurpose, isAutomated: Bool,
        by userID: UserID? = nil, reference: String? = nil, known: CalleePlace.Known = .init(), country: String,
        timeZone: TimeZoneName, recording: RecordingPolicy = .announcement, at: Timestamp = .now(),
        askedBy: ServiceName = .calls, isRecorded: Bool = true
    ) {
        self.channel = channel
        self.address = address
        self.purpose = purpose
        self.isAutomated = isAutomated
        self.userID = userID
        self.reference = reference
        self.known = known
        self.country = country
        self.timeZone = timeZone
        self.recording = recording
        self.at = at
        self.askedBy = askedBy
        self.isRecorded = isRecorded
    }
}

extension ContactQuestion {
    /// The same with what the change feed has told of the tenant.
    init(
        _ channel: ContactChannel, _ address: String, for purpose: ContactPurpose, isAutomated: Bool,
        by userID: UserID? = nil, reference: String? = nil, known: CalleePlace.Known = .init(),
        of tenant: TenantID, _ knowledge: any TenantKnowledge, at: Timestamp = .now(), askedBy: ServiceName = .calls,
        isRecorded: Bool = true
    ) {
        let value = knowledge.tenant(tenant)
        self.init(
            channel, address, for: purpose, isAutomated: isAutomated, by: userID, reference: reference, known: known,
            country: value?.country ?? "US", timeZone: value?.timeZone ?? .utc,
            recording: knowledge.effectiveSettings(of: tenant)[Settings.recordingPolicy], at: at, askedBy: askedBy,
            isRecorded: isRecorded)
    }
}
