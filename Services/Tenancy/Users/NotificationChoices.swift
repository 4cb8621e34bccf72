import JSON
import Models

/// In which ways a person wants to be told of what; an event that is not here is told in the standard ways.
struct NotificationChoices: Sendable, Equatable {
    private(set) var channels: [NotificationEvent: [NotificationChannel]] = [:]

    init() {}

    /// Out of the database: words of a newer release that this one does not know are left out.
    init(document: JSONText) throws {
        for (event, words) in try document.decode([String: [String]].self) {
            guard let event = NotificationEvent(rawValue: event) else { continue }
            channels[event] = words.compactMap(NotificationChannel.init(rawValue:))
        }
    }

    func document() throws -> JSONText {
        try JSONText(
            encoding: Dictionary(uniqueKeysWithValues: channels.map { ($0.key.rawValue, $0.value.map(\.rawValue)) }))
    }

    /// Chooses for an event; a channel that is named twice counts once.
    mutating func choose(_ event: NotificationEvent, _ chosen: [NotificationChannel]) {
        channels[event] = NotificationChannel.allCases.filter(chosen.contains)
    }

    /// Takes choices as they were asked for; the faults of those that cannot be.
    static func make(
        _ asked: [(event: NotificationEvent, channels: [NotificationChannel])], hasPhone: Bool
    ) -> (choices: NotificationChoices, faults: [FieldError]) {
        var (choices, faults) = (NotificationChoices(), [FieldError]())
        for (index, wanted) in asked.enumerated() {
            if choices.channels[wanted.event] != nil {
                faults.append(
                    FieldError(
                        pointer: "/events/\(index)/event", code: "duplicate", detail: "the event stands here twice"))
            }
            if !hasPhone, wanted.channels.contains(where: \.needsPhone) {
                faults.append(
                    FieldError(
                        pointer: "/events/\(index)/channels", code: "phone_required",
                        detail: "a telephone number of the person is needed first"))
            }
            choices.choose(wanted.event, wanted.channels)
        }
        return (choices, faults)
    }

    /// What was chosen for an event, or the standard.
    func channels(for event: NotificationEvent) -> [NotificationChannel] {
        channels[event] ?? event.standardChannels
    }

    /// The ways by which an event can really reach the person.
    func reaching(_ event: NotificationEvent, hasPhone: Bool) -> [NotificationChannel] {
        channels(for: event).filter { hasPhone || !$0.needsPhone }
    }
}
