package import JSON

extension CallsAPI {
    /// A word that a tenant puts on calls.
    package struct Tag: Codable, Sendable, Hashable {
        package var id: TagID
        package var name: String
        /// `#rrggbb`.
        package var color: String?
        package var version: Int64

        package init(id: TagID, name: String, color: String?, version: Int64) {
            self.id = id
            self.name = name
            self.color = color
            self.version = version
        }
    }

    /// All tags of a tenant, by name.
    package struct Tags: Codable, Sendable {
        package var data: [Tag]

        package init(data: [Tag]) {
            self.data = data
        }
    }

    /// `POST /api/v1/calls/tags`.
    package struct CreateTag: Codable, Sendable, Noted {
        package var name: String
        package var color: String?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "One word or a few; no two tags differ by capitals alone.", length: 1...60),
                .of(CodingKeys.color, "#rrggbb.", length: 7...7),
            ]
        }
    }

    /// `PATCH /api/v1/calls/tags/{id}`: what is left out stays.
    package struct UpdateTag: Codable, Sendable, Noted {
        package var name: String?
        package var color: Patch<String>

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "One word or a few.", length: 1...60),
                .of(CodingKeys.color, "#rrggbb; null for none.", length: 7...7),
            ]
        }
    }

    /// `PUT /api/v1/calls/{id}/tags`: all tags that the call then has.
    package struct SetTags: Codable, Sendable, Noted {
        package var ids: [TagID]

        package static var notes: [Note] { [.of(CodingKeys.ids, "Tags of the tenant.", count: 0...50)] }
    }

    /// A place in a transcript where words of a search were said.
    package struct TranscriptHit: Codable, Sendable, Hashable {
        package var segmentID: Int
        package var speaker: Speaker
        /// Where to jump to.
        package var startSeconds: Double
        package var endSeconds: Double
        /// The words around the hit in order, with what was searched marked.
        package var parts: [Part]

        /// A stretch of text that was searched for, or was not.
        package struct Part: Codable, Sendable, Hashable {
            package var text: String
            package var isHit: Bool

            package init(text: String, isHit: Bool) {
                self.text = text
                self.isHit = isHit
            }
        }

        package init(segmentID: Int, speaker: Speaker, startSeconds: Double, endSeconds: Double, parts: [Part]) {
            self.segmentID = segmentID
            self.speaker = speaker
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
            self.parts = parts
        }
    }

    /// Where a search is found in one call.
    package struct TranscriptHits: Codable, Sendable {
        package var transcriptVersion: Int
        package var hits: [TranscriptHit]
        /// Whether there are more than are listed.
        package var isCut: Bool

        package init(transcriptVersion: Int, hits: [TranscriptHit], isCut: Bool) {
            self.transcriptVersion = transcriptVersion
            self.hits = hits
            self.isCut = isCut
        }
    }

    /// Calls with the same other end, nearest in time first.
    package struct RelatedCalls: Codable, Sendable {
        /// Why they are related: the number, extension or address that all have.
        package var party: String?
        package var before: [CallSummary]
        package var after: [CallSummary]

        package init(party: String?, before: [CallSummary], after: [CallSummary]) {
            self.party = party
            self.before = before
            self.after = after
        }
    }
}
