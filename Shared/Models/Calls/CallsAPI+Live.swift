package import JSON

extension CallsAPI {
    /// What is told of a call while it runs.
    package enum LiveKind: String, Codable, CaseIterable, Sendable {
        /// Words that may still change; the next of the same speaker take their place.
        case partial
        /// Words that stay.
        case segment
        /// The tone so far.
        case sentiment
        /// Nothing more comes.
        case ended
    }

    /// One thing that is told of a call while it runs.
    package struct LiveUpdate: Codable, Sendable, Hashable, Noted {
        package var kind: LiveKind
        package var speaker: Speaker?
        package var text: String?
        package var startSeconds: Double?
        package var endSeconds: Double?
        /// -1 to 1.
        package var sentimentScore: Double?
        package var sentimentLabel: SentimentLabel?

        package init(
            kind: LiveKind, speaker: Speaker? = nil, text: String? = nil, startSeconds: Double? = nil,
            endSeconds: Double? = nil, sentimentScore: Double? = nil, sentimentLabel: SentimentLabel? = nil
        ) {
            self.kind = kind
            self.speaker = speaker
            self.text = text
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
            self.sentimentScore = sentimentScore
            self.sentimentLabel = sentimentLabel
        }

        package static var notes: [Note] {
            [
                .of(CodingKeys.kind, "What it tells."),
                .of(CodingKeys.speaker, "Whose words; unknown when left out."),
                .of(CodingKeys.text, "The words.", length: 0...5_000),
                .of(CodingKeys.startSeconds, "Seconds since the beginning.", range: 0...86_400),
                .of(CodingKeys.endSeconds, "Seconds since the beginning.", range: 0...86_400),
                .of(CodingKeys.sentimentScore, "Tone, -1 to 1.", range: -1...1),
                .of(CodingKeys.sentimentLabel, "The word for the tone; follows from the score when left out."),
            ]
        }
    }

    /// `POST /api/v1/calls/{id}/live`.
    package struct TellLive: Codable, Sendable, Noted {
        package var updates: [LiveUpdate]

        package static var notes: [Note] {
            [.of(CodingKeys.updates, "What there is to tell, in order.", count: 1...100)]
        }
    }

    /// How many were told.
    package struct LiveReceipt: Codable, Sendable {
        /// Of the last of them, by which a stream goes on.
        package var lastID: Int64

        package init(lastID: Int64) { self.lastID = lastID }
    }
}
