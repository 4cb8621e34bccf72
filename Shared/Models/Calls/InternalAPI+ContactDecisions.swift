package import JSON

extension InternalAPI {
    /// `POST /internal/consent/decisions` of calls: asked before each contact, and kept on record.
    package struct ContactQuestion: Codable, Sendable, Noted {
        package var channel: ContactChannel
        package var address: String
        package var purpose: ContactPurpose
        package var automated: Bool
        package var userID: UserID?
        /// What the contact is part of, such as `message/<id>`.
        package var reference: String?
        /// Where the person is known to live, ISO 3166: `US-FL`, `FR`.
        package var region: String?
        package var postalCode: String?
        package var timeZone: TimeZoneName?

        package init(
            channel: ContactChannel, address: String, purpose: ContactPurpose, automated: Bool, userID: UserID? = nil,
            reference: String? = nil, region: String? = nil, postalCode: String? = nil, timeZone: TimeZoneName? = nil
        ) {
            self.channel = channel
            self.address = address
            self.purpose = purpose
            self.automated = automated
            self.userID = userID
            self.reference = reference
            self.region = region
            self.postalCode = postalCode
            self.timeZone = timeZone
        }

        package static var notes: [Note] {
            [
                .of(CodingKeys.address, "A number as it is dialled, or an address of mail.", length: 1...254),
                .of(CodingKeys.reference, "What the contact is part of.", length: 1...200),
                .of(CodingKeys.region, "ISO 3166.", length: 2...6),
                .of(CodingKeys.postalCode, "A ZIP code.", length: 1...10),
            ]
        }
    }

    /// The answer: whether the person may be contacted now.
    package struct ContactDecision: Codable, Sendable {
        package var id: ContactDecisionID
        package var outcome: ContactOutcome
        package var reasons: [CallsAPI.ContactReason]
        /// When to ask again, for what is put off.
        package var notBefore: Timestamp?
        /// E.164 or the address in lower case; null when it was none.
        package var address: String?

        package init(
            id: ContactDecisionID, outcome: ContactOutcome, reasons: [CallsAPI.ContactReason], notBefore: Timestamp?,
            address: String?
        ) {
            self.id = id
            self.outcome = outcome
            self.reasons = reasons
            self.notBefore = notBefore
            self.address = address
        }
    }
}
