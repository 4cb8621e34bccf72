extension CallsAPI {
    /// The tone of one segment.
    package struct SegmentSentiment: Codable, Sendable, Hashable {
        package var segmentID: Int
        /// -1 to 1.
        package var score: Double
        package var label: SentimentLabel

        package init(segmentID: Int, score: Double, label: SentimentLabel) {
            self.segmentID = segmentID
            self.score = score
            self.label = label
        }
    }

    /// What was felt in a call, by side and in the order of time.
    package struct Emotions: Codable, Sendable, Hashable {
        /// How much of what one side felt was this.
        package struct Share: Codable, Sendable, Hashable {
            package var speaker: Speaker
            package var emotion: Emotion
            /// 0 to 1 of all emotions of that side.
            package var share: Double
            package var segmentIDs: [Int]

            package init(speaker: Speaker, emotion: Emotion, share: Double, segmentIDs: [Int]) {
                self.speaker = speaker
                self.emotion = emotion
                self.share = share
                self.segmentIDs = segmentIDs
            }
        }

        /// One step of the journey.
        package struct Moment: Codable, Sendable, Hashable {
            package var segmentID: Int
            package var startSeconds: Double
            package var speaker: Speaker
            package var emotion: Emotion
            /// 0 to 1.
            package var intensity: Double

            package init(
                segmentID: Int, startSeconds: Double, speaker: Speaker, emotion: Emotion, intensity: Double
            ) {
                self.segmentID = segmentID
                self.startSeconds = startSeconds
                self.speaker = speaker
                self.emotion = emotion
                self.intensity = intensity
            }
        }

        package var shares: [Share]
        /// In the order of time.
        package var journey: [Moment]

        package init(shares: [Share], journey: [Moment]) {
            self.shares = shares
            self.journey = journey
        }
    }

    /// What the customer held against it, and how the agent took it.
    package struct Objection: Codable, Sendable, Hashable {
        /// `price`, `timing`, `authority`, `need`, `competitor`, `trust` or `other`.
        package var name: String
        package var segmentIDs: [Int]
        /// The agent's answers; empty where there was none, null in analyses that did not look.
        package var responseSegmentIDs: [Int]?
        /// 0 to 100; null where the speakers are not known.
        package var effectiveness: Int?

        package init(name: String, segmentIDs: [Int], responseSegmentIDs: [Int]?, effectiveness: Int?) {
            self.name = name
            self.segmentIDs = segmentIDs
            self.responseSegmentIDs = responseSegmentIDs
            self.effectiveness = effectiveness
        }
    }

    /// How likely a deal or a customer is to be lost, and why.
    package struct Risk: Codable, Sendable, Hashable {
        /// 0 to 100.
        package var score: Int
        package var level: RiskLevel
        package var reasons: [Finding]

        package init(score: Int, level: RiskLevel, reasons: [Finding]) {
            self.score = score
            self.level = level
            self.reasons = reasons
        }
    }

    /// Where the words of a tracker were said.
    package struct TrackerHit: Codable, Sendable, Hashable {
        package var trackerID: TrackerID
        /// The tracker's version whose phrases were looked for.
        package var version: Int64
        package var name: String
        /// How often, over all phrases.
        package var count: Int
        package var segmentIDs: [Int]

        package init(trackerID: TrackerID, version: Int64, name: String, count: Int, segmentIDs: [Int]) {
            self.trackerID = trackerID
            self.version = version
            self.name = name
            self.count = count
            self.segmentIDs = segmentIDs
        }
    }

    /// By which rubric a quality was judged.
    package struct RubricReference: Codable, Sendable, Hashable {
        /// Null for the rubric that is there from the start.
        package var id: RubricID?
        package var version: Int64
        package var name: String

        package init(id: RubricID?, version: Int64, name: String) {
            self.id = id
            self.version = version
            self.name = name
        }
    }
}
