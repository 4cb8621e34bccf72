import Models

/// What a carrier asks: what to do now with one end of a call.
struct VoiceQuestion: Sendable {
    /// The carrier's id of the call.
    var external: String
    var from: String
    var to: String
    var step: VoiceStep?
    /// Which attempt to reach somebody is next.
    var index = 0
    /// `human`, `machine_start` and the like.
    var answeredBy: String?
    /// How the bridge ended.
    var dialStatus: CarrierCallStatus?
    var hasRecording = false
    /// The key that was pressed.
    var key: String?

    var isMachine: Bool { answeredBy.map { $0.hasPrefix("machine") || $0 == "fax" } ?? false }

    /// Whether the caller is to be led on by the answer.
    var leads: Bool {
        switch step {
        case nil, .consented, .refused: true
        case .dialled: dialStatus != .completed
        default: false
        }
    }

    /// Nil for a form that is no such question.
    init?(form: FormFields, query: FormFields) {
        guard let external = form["CallSid"] else { return nil }
        self.external = external
        from = form["From"] ?? form["Caller"] ?? ""
        to = form["To"] ?? form["Called"] ?? ""
        step = query["step"].flatMap(VoiceStep.init(rawValue:))
        index = min(max(query["at"].flatMap { Int($0) } ?? 0, 0), 10)
        answeredBy = form["AnsweredBy"]
        dialStatus = form["DialCallStatus"].map { word in
            word == "answered" ? .completed : CarrierCallStatus(rawValue: word) ?? .noAnswer
        }
        key = form["Digits"].map { String($0.prefix(1)) }
        hasRecording = form["RecordingUrl"] != nil && form["RecordingDuration"] != "0"
    }
}
