extension CallsAPI {
    /// A judgement of tone, from -1 to 1.
    package struct Sentiment: Codable, Sendable, Hashable {
        package var score: Double
        package var label: SentimentLabel
        package var segmentIDs: [Int]

        package init(score: Double, label: SentimentLabel, segmentIDs: [Int]) {
            self.score = score
            self.label = label
            self.segmentIDs = segmentIDs
        }
    }

    /// A named finding and the segments that it rests on: topics, objections, key moments.
    package struct Finding: Codable, Sendable, Hashable {
        package var name: String
        package var segmentIDs: [Int]

        package init(name: String, segmentIDs: [Int]) {
            self.name = name
            self.segmentIDs = segmentIDs
        }
    }

    /// Something that somebody promised to do.
    package struct ActionItem: Codable, Sendable, Hashable {
        package var text: String
        package var owner: Speaker
        package var dueOn: LocalDate?
        package var segmentIDs: [Int]

        package init(text: String, owner: Speaker, dueOn: LocalDate?, segmentIDs: [Int]) {
            self.text = text
            self.owner = owner
            self.dueOn = dueOn
            self.segmentIDs = segmentIDs
        }
    }

    /// How well the agent did, 0 to 100.
    package struct Quality: Codable, Sendable, Hashable {
        package var score: Int
        package var categories: [Category]
        package var strengths: [Finding]
        package var improvements: [Finding]

        /// One line of the rubric.
        package struct Category: Codable, Sendable, Hashable {
            package var key: String
            package var score: Int
            package var segmentIDs: [Int]

            package init(key: String, score: Int, segmentIDs: [Int]) {
                self.key = key
                self.score = score
                self.segmentIDs = segmentIDs
            }
        }

        package init(score: Int, categories: [Category], strengths: [Finding], improvements: [Finding]) {
            self.score = score
            self.categories = categories
            self.strengths = strengths
            self.improvements = improvements
        }
    }

    /// Who spoke how much; null with a reason where the speakers are not known.
    package struct TalkStatistics: Codable, Sendable, Hashable {
        package var agentRatio: Double?
        package var customerRatio: Double?
        package var silenceRatio: Double?
        package var longestMonologueSeconds: Double?
        package var interruptions: Int?
        package var wordsPerMinute: Double?
        /// `one_channel` or `unknown_speakers` when figures are null.
        package var unavailableReason: String?

        package init(
            agentRatio: Double?, customerRatio: Double?, silenceRatio: Double?, longestMonologueSeconds: Double?,
            interruptions: Int?, wordsPerMinute: Double?, unavailableReason: String?
        ) {
            self.agentRatio = agentRatio
            self.customerRatio = customerRatio
            self.silenceRatio = silenceRatio
            self.longestMonologueSeconds = longestMonologueSeconds
            self.interruptions = interruptions
            self.wordsPerMinute = wordsPerMinute
            self.unavailableReason = unavailableReason
        }
    }

    /// What was made of the transcript; every item names its segments.
    package struct Analysis: Codable, Sendable, Hashable {
        /// `local`, a preview by rules, or `openai`.
        package var engine: String
        package var model: String
        package var transcriptVersion: Int
        package var summary: String
        package var sentiment: Sentiment
        package var topics: [Finding]
        package var actionItems: [ActionItem]
        package var intent: Finding?
        package var objections: [Finding]
        package var keyMoments: [Finding]
        /// Null with `quality_unavailable_reason` where the agent's words are not known.
        package var quality: Quality?
        package var qualityUnavailableReason: String?
        package var talk: TalkStatistics
        package var analysedAt: Timestamp

        package init(
            engine: String, model: String, transcriptVersion: Int, summary: String, sentiment: Sentiment,
            topics: [Finding],
            actionItems: [ActionItem], intent: Finding?, objections: [Finding], keyMoments: [Finding],
            quality: Quality?,
            qualityUnavailableReason: String?, talk: TalkStatistics, analysedAt: Timestamp
        ) {
            self.engine = engine
            self.model = model
            self.transcriptVersion = transcriptVersion
            self.summary = summary
            self.sentiment = sentiment
            self.topics = topics
            self.actionItems = actionItems
            self.intent = intent
            self.objections = objections
            self.keyMoments = keyMoments
            self.quality = quality
            self.qualityUnavailableReason = qualityUnavailableReason
            self.talk = talk
            self.analysedAt = analysedAt
        }
    }
}
