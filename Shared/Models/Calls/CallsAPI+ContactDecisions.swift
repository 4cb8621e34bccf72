package import JSON

extension CallsAPI {
    /// Why a contact is not allowed, or is in spite of everything.
    package struct ContactReason: Codable, Sendable, Hashable {
        package var code: ContactReasonCode
        /// One sentence for people.
        package var detail: String
        /// The law, the list or the part of the policy that says so.
        package var rule: String

        package init(_ code: ContactReasonCode, _ detail: String, rule: String) {
            self.code = code
            self.detail = detail
            self.rule = rule
        }
    }

    /// A decision whether somebody might be contacted.
    package struct ContactDecision: Codable, Sendable {
        package var id: ContactDecisionID
        package var at: Timestamp
        package var askedBy: ServiceName
        package var channel: ContactChannel
        package var purpose: ContactPurpose
        package var automated: Bool
        /// The number or the address; null when its owner was erased.
        package var address: String?
        package var country: String?
        package var regions: [String]
        package var userID: UserID?
        package var reference: String?
        package var outcome: ContactOutcome
        /// The weightiest first.
        package var reasons: [ContactReason]
        package var notBefore: Timestamp?
        package var consentID: ConsentID?
        /// 0 for the policy that everybody starts with.
        package var policyVersion: Int64

        package init(
            id: ContactDecisionID, at: Timestamp, askedBy: ServiceName, channel: ContactChannel,
            purpose: ContactPurpose, automated: Bool, address: String?, country: String?, regions: [String],
            userID: UserID?, reference: String?, outcome: ContactOutcome, reasons: [ContactReason],
            notBefore: Timestamp?, consentID: ConsentID?, policyVersion: Int64
        ) {
            self.id = id
            self.at = at
            self.askedBy = askedBy
            self.channel = channel
            self.purpose = purpose
            self.automated = automated
            self.address = address
            self.country = country
            self.regions = regions
            self.userID = userID
            self.reference = reference
            self.outcome = outcome
            self.reasons = reasons
            self.notBefore = notBefore
            self.consentID = consentID
            self.policyVersion = policyVersion
        }
    }

    /// `POST /api/v1/consent/checks`: what a decision would be; nothing is recorded and nothing counts.
    package struct ContactCheck: Codable, Sendable, Noted {
        package var channel: ContactChannel
        package var address: String
        package var purpose: ContactPurpose?
        package var automated: Bool?
        package var region: String?
        package var postalCode: String?
        package var timeZone: TimeZoneName?
        package var at: Timestamp?

        package static var notes: [Note] {
            [
                .of(CodingKeys.address, "A number as it is dialled, or an address of mail.", length: 1...254),
                .of(CodingKeys.purpose, "Default marketing, of which most is asked."),
                .of(CodingKeys.automated, "Whether a machine dials or writes; default true."),
                .of(CodingKeys.region, "Where the person is known to live, ISO 3166: US-FL, FR.", length: 2...6),
                .of(CodingKeys.postalCode, "A ZIP code of the person's address.", length: 1...10),
                .of(CodingKeys.timeZone, "The person's, when it is known."),
                .of(CodingKeys.at, "When; default now."),
            ]
        }
    }

    /// What a decision would be.
    package struct ContactCheckResult: Codable, Sendable {
        package var outcome: ContactOutcome
        package var reasons: [ContactReason]
        package var notBefore: Timestamp?
        package var country: String?
        package var regions: [String]
        package var timeZones: [String]
        package var recording: RecordingPolicy

        package init(
            outcome: ContactOutcome, reasons: [ContactReason], notBefore: Timestamp?, country: String?,
            regions: [String], timeZones: [String], recording: RecordingPolicy
        ) {
            self.outcome = outcome
            self.reasons = reasons
            self.notBefore = notBefore
            self.country = country
            self.regions = regions
            self.timeZones = timeZones
            self.recording = recording
        }
    }
}
