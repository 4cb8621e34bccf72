package import JSON

extension CallsAPI {
    /// One of the analyses of a call, without its findings.
    package struct AnalysisVersion: Codable, Sendable {
        package var version: Int
        package var transcriptVersion: Int
        package var engine: String
        package var model: String
        package var rubric: RubricReference?
        package var sentimentScore: Double?
        package var qualityScore: Int?
        package var analysedAt: Timestamp

        package init(
            version: Int, transcriptVersion: Int, engine: String, model: String, rubric: RubricReference?,
            sentimentScore: Double?, qualityScore: Int?, analysedAt: Timestamp
        ) {
            self.version = version
            self.transcriptVersion = transcriptVersion
            self.engine = engine
            self.model = model
            self.rubric = rubric
            self.sentimentScore = sentimentScore
            self.qualityScore = qualityScore
            self.analysedAt = analysedAt
        }
    }

    /// All analyses of a call, the newest first.
    package struct AnalysisVersions: Codable, Sendable {
        package var data: [AnalysisVersion]

        package init(data: [AnalysisVersion]) { self.data = data }
    }

    /// One of the transcripts of a call, without its words.
    package struct TranscriptVersion: Codable, Sendable {
        package var version: Int
        package var language: String
        package var engine: String
        package var model: String
        package var isCurrent: Bool
        /// Who corrected it; null for what an engine wrote.
        package var editedBy: UserID?
        /// The version that was corrected.
        package var correctsVersion: Int?
        package var createdAt: Timestamp

        package init(
            version: Int, language: String, engine: String, model: String, isCurrent: Bool, editedBy: UserID?,
            correctsVersion: Int?, createdAt: Timestamp
        ) {
            self.version = version
            self.language = language
            self.engine = engine
            self.model = model
            self.isCurrent = isCurrent
            self.editedBy = editedBy
            self.correctsVersion = correctsVersion
            self.createdAt = createdAt
        }
    }

    /// All transcripts of a call, the newest first.
    package struct TranscriptVersions: Codable, Sendable {
        package var data: [TranscriptVersion]

        package init(data: [TranscriptVersion]) { self.data = data }
    }

    /// `POST /api/v1/calls/{id}/analyses`.
    package struct AnalyseAgain: Codable, Sendable, Noted {
        package var engine: EngineChoice?
        package var rubricID: RubricID?

        package static var notes: [Note] {
            [
                .of(CodingKeys.engine, "Which engine; the tenant's own when left out."),
                .of(CodingKeys.rubricID, "By which rubric; the tenant's default when left out."),
            ]
        }
    }

    /// `POST /api/v1/calls/{id}/transcripts`.
    package struct TranscribeAgain: Codable, Sendable, Noted {
        package var engine: EngineChoice?
        package var language: String?

        package static var notes: [Note] {
            [
                .of(CodingKeys.engine, "Which engine; the tenant's own when left out."),
                .of(CodingKeys.language, "A BCP 47 tag; the call's own when left out.", length: 2...35),
            ]
        }
    }

    /// `POST /api/v1/calls/{id}/transcript/corrections`.
    package struct CorrectTranscript: Codable, Sendable, Noted {
        /// What is said of one segment; what is left out stays.
        package struct Correction: Codable, Sendable, Noted {
            package var id: Int
            package var text: String?
            package var speaker: Speaker?

            package static var notes: [Note] {
                [
                    .of(CodingKeys.id, "The segment in the corrected version.", range: 0...1_000_000),
                    .of(CodingKeys.text, "What was said; empty for nothing.", length: 0...10_000),
                    .of(CodingKeys.speaker, "Who said it."),
                ]
            }
        }

        package var version: Int
        package var segments: [Correction]
        package var analyse: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.version, "The version that is corrected: the current one.", range: 1...1_000_000),
                .of(CodingKeys.segments, "The corrected segments alone.", count: 1...1000),
                .of(CodingKeys.analyse, "Have the corrected transcript analysed at once."),
            ]
        }
    }

    /// `PATCH /api/v1/calls/{id}/recording`.
    package struct UpdateRecording: Codable, Sendable, Noted {
        package var agentChannel: Patch<Int>
        package var analyse: Bool?

        package static var notes: [Note] {
            [
                .of(
                    CodingKeys.agentChannel,
                    "Which channel carries the agent: 0 or 1; null where it follows from the direction.", range: 0...1),
                .of(CodingKeys.analyse, "Have the transcript with its new speakers analysed at once."),
            ]
        }
    }

    /// An agent's word against a score.
    package struct Contest: Codable, Sendable {
        package var id: ContestID
        package var callID: CallID
        package var analysisVersion: Int
        /// The line of the rubric; null for the whole.
        package var category: String?
        package var reason: String
        package var contestedBy: UserID
        package var status: ContestStatus
        package var answer: String?
        package var answeredBy: UserID?
        package var answeredAt: Timestamp?
        package var version: Int64
        package var createdAt: Timestamp

        package init(
            id: ContestID, callID: CallID, analysisVersion: Int, category: String?, reason: String,
            contestedBy: UserID, status: ContestStatus, answer: String?, answeredBy: UserID?,
            answeredAt: Timestamp?, version: Int64, createdAt: Timestamp
        ) {
            self.id = id
            self.callID = callID
            self.analysisVersion = analysisVersion
            self.category = category
            self.reason = reason
            self.contestedBy = contestedBy
            self.status = status
            self.answer = answer
            self.answeredBy = answeredBy
            self.answeredAt = answeredAt
            self.version = version
            self.createdAt = createdAt
        }
    }

    /// The contests of a call, the newest first.
    package struct Contests: Codable, Sendable {
        package var data: [Contest]

        package init(data: [Contest]) { self.data = data }
    }

    /// `POST /api/v1/calls/{id}/contests`.
    package struct CreateContest: Codable, Sendable, Noted {
        package var category: String?
        package var reason: String

        package static var notes: [Note] {
            [
                .of(CodingKeys.category, "The line of the rubric; the whole score when left out.", length: 1...60),
                .of(CodingKeys.reason, "What is wrong with the score.", length: 1...2000),
            ]
        }
    }

    /// `PATCH /api/v1/calls/contests/{id}`.
    package struct AnswerContest: Codable, Sendable, Noted {
        package var status: ContestStatus
        package var answer: String?

        package static var notes: [Note] {
            [
                .of(CodingKeys.status, "What became of it."),
                .of(CodingKeys.answer, "Why, for the agent.", length: 1...2000),
            ]
        }
    }
}
