package import JSON

extension CallsAPI {
    /// A note on a call, or a comment at a second of it.
    package struct Remark: Codable, Sendable, Hashable {
        package var id: RemarkID
        package var callID: CallID
        package var text: String
        /// People who are told of it.
        package var mentions: [UserID]
        /// The second that a comment is about; null for a note.
        package var atSeconds: Double?
        /// Whoever wrote it; null for a program.
        package var authorID: UserID?
        /// Grows with each change of the text; the earlier ones are kept.
        package var version: Int64
        package var createdAt: Timestamp
        package var updatedAt: Timestamp

        package init(
            id: RemarkID, callID: CallID, text: String, mentions: [UserID], atSeconds: Double?, authorID: UserID?,
            version: Int64, createdAt: Timestamp, updatedAt: Timestamp
        ) {
            self.id = id
            self.callID = callID
            self.text = text
            self.mentions = mentions
            self.atSeconds = atSeconds
            self.authorID = authorID
            self.version = version
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    /// Notes or comments of a call, in the order of time.
    package struct Remarks: Codable, Sendable {
        package var data: [Remark]

        package init(data: [Remark]) {
            self.data = data
        }
    }

    /// `POST /api/v1/calls/{id}/notes`.
    package struct CreateNote: Codable, Sendable, Noted {
        package var text: String
        package var mentions: [UserID]?

        package static var notes: [Note] {
            [
                .of(CodingKeys.text, "What there is to say.", length: 1...10_000),
                .of(CodingKeys.mentions, "People who are told; only who may see the call.", count: 0...20),
            ]
        }
    }

    /// `POST /api/v1/calls/{id}/comments`.
    package struct CreateComment: Codable, Sendable, Noted {
        package var atSeconds: Double
        package var text: String
        package var mentions: [UserID]?

        package static var notes: [Note] {
            [
                .of(CodingKeys.atSeconds, "The second of the recording that it is about.", range: 0...86_400),
                .of(CodingKeys.text, "What there is to say.", length: 1...10_000),
                .of(CodingKeys.mentions, "People who are told; only who may see the call.", count: 0...20),
            ]
        }
    }

    /// `PATCH` of a note or a comment by its author: what is left out stays.
    package struct UpdateRemark: Codable, Sendable, Noted {
        package var text: String?
        package var mentions: [UserID]?

        package static var notes: [Note] {
            [
                .of(CodingKeys.text, "What there is to say.", length: 1...10_000),
                .of(CodingKeys.mentions, "People who are told; only who may see the call.", count: 0...20),
            ]
        }
    }

    /// What a note or a comment said before.
    package struct RemarkVersions: Codable, Sendable {
        package var data: [Version]

        /// One wording, until the next.
        package struct Version: Codable, Sendable, Hashable {
            package var version: Int64
            package var text: String
            package var writtenAt: Timestamp

            package init(version: Int64, text: String, writtenAt: Timestamp) {
                self.version = version
                self.text = text
                self.writtenAt = writtenAt
            }
        }

        package init(data: [Version]) {
            self.data = data
        }
    }
}
