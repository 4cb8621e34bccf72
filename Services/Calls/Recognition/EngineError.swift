/// Why an engine, near or far, gave no transcript or no analysis.
///
/// `code` and `detail` go into the processing state of the call, so they are stable and name no path, no address and
/// nothing that another program said.
struct EngineError: Error, Sendable, Equatable {
    var code: String
    var detail: String
    /// Whether the same work may succeed later; what is not goes to the failed state at once.
    var isRetryable: Bool
    /// How long the engine asks to be left alone.
    var retryAfter: Duration?
    /// What a remote engine had counted by then: refused answers cost too.
    var spent: EngineUsage?

    init(_ code: String, _ detail: String, isRetryable: Bool = false, retryAfter: Duration? = nil) {
        self.code = code
        self.detail = detail
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
    }

    /// The same error after so much was used.
    func after(_ usage: EngineUsage) -> EngineError {
        var copy = self
        copy.spent = usage
        return copy
    }

    // What it cost does not decide what it is.
    static func == (one: EngineError, other: EngineError) -> Bool {
        one.code == other.code && one.detail == other.detail && one.isRetryable == other.isRetryable
            && one.retryAfter == other.retryAfter
    }

    static let localEngineMissing = EngineError(
        "local_engine_missing", "The local recogniser is not installed on this server.")
    static let languageUnsupported = EngineError(
        "language_unsupported", "The recogniser has no model for the language of this call.")
    static let tookTooLong = EngineError("engine_timeout", "The engine took too long.", isRetryable: true)

    static let pausesHeld = EngineError(
        "recording_being_silenced", "What was said while the recording was paused is just being taken out of it.",
        isRetryable: true, retryAfter: .seconds(10))

    /// A process of ours that ended without an answer: perhaps the machine was short of memory.
    static func childDied(_ name: StaticString) -> EngineError {
        EngineError("\(name)_died", "The process that worked on the recording ended early.", isRetryable: true)
    }
}
