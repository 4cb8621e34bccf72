package import JSON

/// How urgent a notice is.
package enum NoticeSeverity: String, Codable, CaseIterable, Sendable {
    case information, warning
}

extension TenancyAPI {
    /// `POST /api/v1/platform/settings/notices`.
    package struct CreateNotice: Codable, Sendable, Noted {
        package var message: String
        package var severity: NoticeSeverity
        package var startsAt: Timestamp
        package var endsAt: Timestamp

        package static var notes: [Note] {
            [
                .of(CodingKeys.message, "What everybody is told.", length: 1...1000),
                .of(CodingKeys.startsAt, "When the work begins; the notice is shown from a day before on."),
                .of(CodingKeys.endsAt, "When it is over, and the notice with it."),
            ]
        }
    }

    /// What the platform tells everybody, such as a time of maintenance.
    package struct Notice: Codable, Sendable {
        package var id: NoticeID
        package var message: String
        package var severity: NoticeSeverity
        package var startsAt: Timestamp
        package var endsAt: Timestamp

        package init(
            id: NoticeID, message: String, severity: NoticeSeverity, startsAt: Timestamp, endsAt: Timestamp
        ) {
            self.id = id
            self.message = message
            self.severity = severity
            self.startsAt = startsAt
            self.endsAt = endsAt
        }
    }
}
