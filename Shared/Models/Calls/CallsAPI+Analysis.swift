extension CallsAPI {
    /// A judgement of tone, from -1 to 1.
    package struct Sentiment: Codable, Sendable, Hashable {
        package var score: Double
        package var label: SentimentLabel
        package var segmentIDs: [Int]
        /// Those that have a tone, in the order of time; null in analyses that did not look at each.
        package var segments: [SegmentSentiment]?

        package init(
            score: Double, label: SentimentLabel, segmentIDs: [Int], segments: [SegmentSentiment]? = nil
        ) {
            self.score = score
            self.label = label
            self.segmentIDs = segmentIDs
            self.segments = segments
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
        /// Null in analyses from before there were rubrics.
        package var rubric: RubricReference?
        package var categories: [Category]
        package var strengths: [Finding]
        package var improvements: [Finding]
        /// What the agent might do differently.
        package var coaching: [Finding]
        /// Lines of the rubric that the engine could not judge in this call.
        package var unscored: [String]

        /// One line of the rubric.
        package struct Category: Codable, Sendable, Hashable {
            package var key: String
            package var name: String?
            /// Its share in the whole.
            package var weight: Int?
            package var score: Int
            package var segmentIDs: [Int]

            package init(key: String, name: String?, weight: Int?, score: Int, segmentIDs: [Int]) {
                self.key = key
                self.name = name
                self.weight = weight
                self.score = score
                self.segmentIDs = segmentIDs
            }
        }

        package init(
            score: Int, rubric: RubricReference?, categories: [Category], strengths: [Finding],
            improvements: [Finding], coaching: [Finding], unscored: [String]
        ) {
            self.score = score
            self.rubric = rubric
            self.categories = categories
            self.strengths = strengths
            self.improvements = improvements
            self.coaching = coaching
            self.unscored = unscored
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
        /// `no_speech`, `one_channel`, `unknown_speakers` or `no_times` when figures are null.
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
        /// Grows by one with each analysis of the call.
        package var version: Int
        /// `local`, a preview by rules, or `openai`.
        package var engine: String
        package var model: String
        package var transcriptVersion: Int
        /// Whether the transcript has changed since.
        package var isOutdated: Bool
        /// Null where it is switched off, as the tone is.
        package var summary: String?
        package var sentiment: Sentiment?
        /// Null with `emotions_unavailable_reason` where it is not known whose they are, or nobody looked.
        package var emotions: Emotions?
        package var emotionsUnavailableReason: String?
        package var topics: [Finding]
        package var actionItems: [ActionItem]
        package var intent: Finding?
        package var objections: [Objection]
        package var keyMoments: [Finding]
        /// Null with `quality_unavailable_reason` where the agent's words are not known.
        package var quality: Quality?
        package var qualityUnavailableReason: String?
        package var dealRisk: Risk?
        package var churnRisk: Risk?
        package var recommendations: [Finding]
        package var trackers: [TrackerHit]
        package var talk: TalkStatistics
        /// What is switched off, or was when the call was analysed.
        package var omitted: [AnalysisFeature]
        package var analysedAt: Timestamp

        package init(
            version: Int, engine: String, model: String, transcriptVersion: Int, isOutdated: Bool, summary: String?,
            sentiment: Sentiment?, emotions: Emotions?, emotionsUnavailableReason: String?, topics: [Finding],
            actionItems: [ActionItem], intent: Finding?, objections: [Objection], keyMoments: [Finding],
            quality: Quality?, qualityUnavailableReason: String?, dealRisk: Risk?, churnRisk: Risk?,
            recommendations: [Finding], trackers: [TrackerHit], talk: TalkStatistics, omitted: [AnalysisFeature],
            analysedAt: Timestamp
        ) {
            self.version = version
            self.engine = engine
            self.model = model
            self.transcriptVersion = transcriptVersion
            self.isOutdated = isOutdated
            self.summary = summary
            self.sentiment = sentiment
            self.emotions = emotions
            self.emotionsUnavailableReason = emotionsUnavailableReason
            self.topics = topics
            self.actionItems = actionItems
            self.intent = intent
            self.objections = objections
            self.keyMoments = keyMoments
            self.quality = quality
            self.qualityUnavailableReason = qualityUnavailableReason
            self.dealRisk = dealRisk
            self.churnRisk = churnRisk
            self.recommendations = recommendations
            self.trackers = trackers
            self.talk = talk
            self.omitted = omitted
            self.analysedAt = analysedAt
        }
    }
}
