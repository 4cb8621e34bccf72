import JSON
import Models

extension CallAccount {
    /// The call that all reports together tell of.
    struct Derived: Sendable {
        var direction: CallDirection
        var from: Party
        var to: Party
        var status: CallStatus
        var providerStatus: String?
        var startedAt: Timestamp
        var answeredAt: Timestamp?
        var endedAt: Timestamp?
        var agent: AgentHint?
        var language: String?
        var recording: RecordingReference?
        var metadata: JSONText
        /// Our end of the call, by which lines name its agent.
        var lineValue: String?
    }

    /// What a recording of the call is, if there is one.
    var recordingReference: RecordingReference? {
        if let recording { return recording.value }
        return orderedLegs.first { $0.answeredAt != nil && $0.recording != nil }?.recording
            ?? orderedLegs.first { $0.recording != nil }?.recording
    }

    /// The files of the call and its legs, in the order of time; without names the one of the conversation alone.
    var recordingReferences: [RecordingReference] {
        var named: [String: RecordingReference] = [:]
        for leg in orderedLegs {
            guard var file = leg.recording, let name = file.name else { continue }
            file.startedAt = file.startedAt ?? leg.answeredAt ?? leg.startedAt
            named[name] = named[name] ?? file
        }
        for (name, said) in recordings ?? [:] { named[name] = named[name] ?? said.value }
        guard !named.isEmpty else { return recordingReference.map { [$0] } ?? [] }
        return named.values.sorted {
            ($0.startedAt ?? .distantFuture, $0.name ?? "") < ($1.startedAt ?? .distantFuture, $1.name ?? "")
        }
    }

    /// Files of the call and its legs that are known by name alone.
    var recordingNames: Set<String> {
        let references =
            [recording?.value] + (recordings ?? [:]).values.map(\.value) + legs.values.map(\.value.recording)
        return Set(references.compactMap { $0?.kind == .name ? $0?.locator : nil })
    }

    /// In the order of time.
    var orderedLegs: [CallLeg] {
        legs.values.map(\.value).sorted {
            ($0.startedAt ?? $0.answeredAt ?? .distantFuture, $0.id)
                < ($1.startedAt ?? $1.answeredAt ?? .distantFuture, $1.id)
        }
    }

    /// Makes a call of what was said; numbers are read by the country of the connection.
    func derived(country: String) throws -> Derived {
        let legs = orderedLegs
        let answered = legs.first { $0.answeredAt != nil }
        let status = self.status(of: legs)
        let started = startInstant(legs)
        let end = status.isOver ? endInstant(legs, started: started) : nil
        let direction = self.direction?.value ?? .inbound
        let agent = self.agent?.value ?? answered?.agent ?? legs.compactMap(\.agent).first
        let from = Party(reading: limited(self.from?.value ?? legs.first?.from), country: country)
        let to = Party(reading: limited(self.to?.value ?? legs.first?.to), country: country)
        let told = [answeredAt, answered?.answeredAt].compactMap { $0 }.min()
        let bounded = told.map { max($0, started) }.map { instant in end.map { min(instant, $0) } ?? instant }
        return Derived(
            direction: direction, from: from, to: to, status: status, providerStatus: providerStatus?.value,
            startedAt: started, answeredAt: bounded, endedAt: end, agent: agent, language: languageTag,
            recording: recordingReference, metadata: try metadataText,
            lineValue: Self.line(agent, direction, from, to, country))
    }

    /// Whether nothing was said of the call as a whole: its parts are all that its provider tells of.
    var isOfParts: Bool { status == nil && !legs.isEmpty }

    private func status(of legs: [CallLeg]) -> CallStatus {
        let told = legs.compactMap(\.status)
        guard let own = status?.value else { return Self.heaviest(told) ?? .registered }
        // A leg that runs says nothing about a call that its provider has ended, nor does one that ended about a call
        // that runs: the next phone is rung, or the room was left.
        guard let best = Self.heaviest(told.filter { $0.isOver == own.isOver }) else { return own }
        return own.isOver || best.phase > own.phase ? best : own
    }

    private static func heaviest(_ statuses: [CallStatus]) -> CallStatus? {
        statuses.max { $0.weight < $1.weight }
    }

    private func startInstant(_ legs: [CallLeg]) -> Timestamp {
        if let started = ([startedAt] + legs.map(\.startedAt)).compactMap({ $0 }).min() { return started }
        if let endedAt, let durationSeconds { return endedAt - .milliseconds(Int64(durationSeconds.value * 1_000)) }
        return [answeredAt, endedAt, firstReportedAt].compactMap { $0 }.min() ?? .now()
    }

    private func endInstant(_ legs: [CallLeg], started: Timestamp) -> Timestamp {
        if let ended = ([endedAt] + legs.map(\.endedAt)).compactMap({ $0 }).max() { return max(ended, started) }
        if let durationSeconds, durationSeconds.value >= 0, durationSeconds.value < 1e7 {
            return started + .milliseconds(Int64(durationSeconds.value * 1_000))
        }
        return max(endReportedAt ?? started, started)
    }

    private static func line(
        _ agent: AgentHint?, _ direction: CallDirection, _ from: Party, _ to: Party, _ country: String
    ) -> String? {
        if let `extension` = agent?.extension { return Party(reading: `extension`, country: country).value }
        let own = direction == .inbound ? to : from
        return own.value.isEmpty ? nil : own.value
    }

    /// A tag of the shape that rows take, or none.
    private var languageTag: String? {
        guard let tag = language?.value, (2...35).contains(tag.utf8.count), tag.utf8.first.map({ $0 > 64 }) == true
        else { return nil }
        return tag
    }

    private func limited(_ text: String?) -> String { String((text ?? "").prefix(200)) }

    /// As much of the metadata as a call may carry, in the order of names.
    private var metadataText: JSONText {
        get throws {
            var members: [JSONValue.Member] = []
            var size = 2
            for name in metadata.keys.sorted() {
                guard let value = metadata[name]?.value else { continue }
                let member = JSONValue.Member(name, value)
                let text = try JSONText(encoding: JSONValue.object([member]))
                guard size + text.bytes.count <= CallMetadata.sizeLimit, CallMetadata.fault(of: text) == nil else {
                    continue
                }
                size += text.bytes.count
                members.append(member)
            }
            return try JSONText(encoding: JSONValue.object(members))
        }
    }
}

extension Timestamp {
    /// Behind all calls.
    static var distantFuture: Timestamp { Timestamp(seconds: 253_370_764_800) }
}
