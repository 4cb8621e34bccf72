import Models

/// What a person makes of a transcript: other words, other speakers, the legs swapped.
struct TranscriptEdit: Sendable {
    var transcript: Transcript

    /// Puts corrections in; names every segment that is not there, and refuses what changes nothing.
    func correcting(_ corrections: [CallsAPI.CorrectTranscript.Correction]) throws(Failure) -> Transcript {
        var edited = transcript
        var errors: [FieldError] = []
        let places = Dictionary(
            transcript.segments.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        for (index, correction) in corrections.enumerated() {
            guard let place = places[correction.id] else {
                errors.append(
                    FieldError(pointer: "/segments/\(index)/id", code: "not_found", detail: "there is no such segment"))
                continue
            }
            if correction.text == nil, correction.speaker == nil {
                errors.append(
                    FieldError(
                        pointer: "/segments/\(index)", code: "required", detail: "a text or a speaker expected"))
            }
            if let text = correction.text {
                edited.segments[place].text = text.trimmed
                edited.segments[place].isDoubtful = false
            }
            if let speaker = correction.speaker { edited.segments[place].speaker = speaker }
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
        // Numbers stay, so that what refers to them still means the same words.
        edited.segments.removeAll(where: \.text.isEmpty)
        return edited
    }

    /// The speakers as they are when this channel carries the agent; nil names nobody.
    func speaking(agentOn channel: Int?) -> Transcript {
        var edited = transcript
        let isApart = transcript.hasKnownSpeakers || Set(transcript.segments.map(\.channel)).count > 1
        for index in edited.segments.indices {
            let own = edited.segments[index].channel
            edited.segments[index].speaker =
                isApart ? channel.map { $0 == own ? .agent : .customer } ?? .unknown : .unknown
        }
        return edited
    }
}
