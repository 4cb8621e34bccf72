package import JSON

/// How somebody came to know that a call is recorded, or agreed.
package enum RecordingProofMethod: String, Codable, CaseIterable, Sendable {
    case announcement, verbal
    case noneNeeded = "none_needed"
    case keyPress = "key_press"
}

extension CallsAPI {
    /// What let a call be recorded: what was asked for, and what has happened.
    package struct RecordingProof: Codable, Sendable, Hashable {
        package var policy: RecordingPolicy
        /// Where the other side may have been.
        package var regions: [String]
        package var method: RecordingProofMethod
        /// False when the person said no: nothing is recorded.
        package var given: Bool
        /// The key that was pressed.
        package var key: String?
        /// Where the proof is, such as the provider's id of the announcement.
        package var reference: String?
        package var givenAt: Timestamp

        package init(
            policy: RecordingPolicy, regions: [String], method: RecordingProofMethod, given: Bool, key: String? = nil,
            reference: String? = nil, givenAt: Timestamp
        ) {
            self.policy = policy
            self.regions = regions
            self.method = method
            self.given = given
            self.key = key
            self.reference = reference
            self.givenAt = givenAt
        }
    }

    /// `PUT /api/v1/calls/{id}/recording/consent`: what an agent or a phone system has heard.
    package struct SetRecordingProof: Codable, Sendable, Noted {
        package var method: RecordingProofMethod
        package var given: Bool
        package var key: String?
        package var reference: String?
        package var givenAt: Timestamp?

        package static var notes: [Note] {
            [
                .of(CodingKeys.method, "How the person came to know, or agreed."),
                .of(CodingKeys.given, "False when the person said no."),
                .of(CodingKeys.key, "The key that was pressed.", length: 1...1),
                .of(CodingKeys.reference, "Where the proof is.", length: 1...200),
                .of(CodingKeys.givenAt, "When; default now."),
            ]
        }
    }
}
