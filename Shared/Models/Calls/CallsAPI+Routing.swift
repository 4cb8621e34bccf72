package import JSON

/// What happens to callers, by the line that they have called.
extension CallsAPI {
    /// How callers of a line are received; what is left out is as the account has it.
    package struct LineRouting: Codable, Sendable, Hashable, Noted {
        package var hours: [AgentHours]?
        package var timeZone: TimeZoneName?
        package var ringSeconds: Int?
        package var mostAgents: Int?
        package var forwardTo: String?
        package var closedForwardTo: String?
        package var voicemail: Bool?
        package var recording: RecordingPolicy?
        package var language: String?
        package var texts: LineTexts?

        package init() {}

        package static var notes: [Note] {
            [
                .of(CodingKeys.hours, "When somebody is there; left out, always.", count: 0...50),
                .of(CodingKeys.timeZone, "Whose clock the hours are of; left out, the account's."),
                .of(CodingKeys.ringSeconds, "How long one agent is rung before the next.", range: 5...120),
                .of(
                    CodingKeys.mostAgents,
                    "How many agents are rung one after another, after the line's own; left out, 3 or nobody else.",
                    range: 1...5),
                .of(CodingKeys.forwardTo, "Where callers go whom nobody answers.", length: 3...32),
                .of(CodingKeys.closedForwardTo, "Where callers go outside the hours.", length: 3...32),
                .of(
                    CodingKeys.voicemail,
                    "Whether callers whom nobody answers may leave a message; without it they are called back."),
                .of(CodingKeys.recording, "What happens before a call of this line is recorded."),
                .of(CodingKeys.language, "What callers of this line speak, BCP 47.", length: 2...35),
                .of(CodingKeys.texts, "What callers hear, in the line's language."),
            ]
        }
    }

    /// What people hear on the telephone; what is left out is said in words of the house.
    package struct LineTexts: Codable, Sendable, Hashable, Noted {
        package var greeting: String?
        package var announcement: String?
        package var consent: String?
        package var hold: String?
        package var nobody: String?
        package var thanks: String?

        package init() {}

        package static var notes: [Note] {
            [
                .of(CodingKeys.greeting, "Before a caller leaves a message.", length: 1...500),
                .of(CodingKeys.announcement, "That the call is recorded.", length: 1...500),
                .of(CodingKeys.consent, "The question whether it may be recorded; a key is a yes.", length: 1...500),
                .of(CodingKeys.hold, "While somebody waits.", length: 1...500),
                .of(CodingKeys.nobody, "That nobody is there, and will call back.", length: 1...500),
                .of(CodingKeys.thanks, "After a message.", length: 1...500),
            ]
        }
    }

    /// One step of a caller's way, and why it was taken.
    package struct RoutingStep: Codable, Sendable, Hashable {
        package var step: Int
        package var action: RoutingAction
        /// Who was rung.
        package var userIDs: [UserID]
        /// Where the caller was sent.
        package var address: String?
        /// Such as `line_agent`, `round_robin`, `no_answer` or `outside_hours`.
        package var reason: String
        /// The line whose settings held.
        package var lineID: LineID?
        package var decidedAt: Timestamp

        package init(
            step: Int, action: RoutingAction, userIDs: [UserID], address: String?, reason: String, lineID: LineID?,
            decidedAt: Timestamp
        ) {
            self.step = step
            self.action = action
            self.userIDs = userIDs
            self.address = address
            self.reason = reason
            self.lineID = lineID
            self.decidedAt = decidedAt
        }
    }
}
