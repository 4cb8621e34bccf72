extension CallsAPI {
    /// What was said.
    package struct Transcript: Codable, Sendable, Hashable {
        /// Grows by one with each new transcription; segment ids are stable within it.
        package var version: Int
        package var language: String
        /// `local`, `openai`, or `provider` for what the call's own provider wrote down.
        package var engine: String
        package var model: String
        package var segments: [Segment]

        package init(version: Int, language: String, engine: String, model: String, segments: [Segment]) {
            self.version = version
            self.language = language
            self.engine = engine
            self.model = model
            self.segments = segments
        }
    }

    /// A stretch of speech of one speaker.
    package struct Segment: Codable, Sendable, Hashable {
        package var id: Int
        /// 0 carries `from`, 1 `to`.
        package var channel: Int
        package var speaker: Speaker
        package var startSeconds: Double
        package var endSeconds: Double
        package var text: String
        /// The recogniser itself was unsure.
        package var doubtful: Bool

        package init(
            id: Int, channel: Int, speaker: Speaker, startSeconds: Double, endSeconds: Double, text: String,
            doubtful: Bool
        ) {
            self.id = id
            self.channel = channel
            self.speaker = speaker
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
            self.text = text
            self.doubtful = doubtful
        }
    }
}
