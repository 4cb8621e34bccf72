extension CallsAPI {
    /// A part of a call that its phone system told of by itself: one ring, one extension, one transfer.
    package struct CallLeg: Codable, Sendable {
        package var id: String
        package var from: Party?
        package var to: Party?
        package var status: Status?
        package var startedAt: Timestamp?
        package var answeredAt: Timestamp?
        package var endedAt: Timestamp?
        /// The extension that rang or spoke, where the phone system says so.
        package var `extension`: String?

        package init(
            id: String, from: Party?, to: Party?, status: Status?, startedAt: Timestamp?, answeredAt: Timestamp?,
            endedAt: Timestamp?, extension: String?
        ) {
            self.id = id
            self.from = from
            self.to = to
            self.status = status
            self.startedAt = startedAt
            self.answeredAt = answeredAt
            self.endedAt = endedAt
            self.extension = `extension`
        }
    }

    /// `GET /api/v1/calls/{id}/legs`, in the order of time.
    package struct CallLegs: Codable, Sendable {
        package var data: [CallLeg]

        package init(data: [CallLeg]) { self.data = data }
    }
}
