package import JSON

extension CallsAPI {
    /// `POST /api/v1/calls/assignments` and `/preview`: for whom an agent is wanted.
    ///
    /// What is left out is read from the call and its number, if there is one.
    package struct CreateAssignment: Codable, Sendable, Noted {
        package var callID: CallID?
        package var number: String?
        package var postalCode: String?
        package var language: String?
        package var skills: [String]?
        package var mustMatchSkills: Bool?
        package var mustMatchLanguage: Bool?
        package var among: [UserID]?

        package init(
            callID: CallID? = nil, number: String? = nil, postalCode: String? = nil, language: String? = nil,
            skills: [String]? = nil, mustMatchSkills: Bool? = nil, mustMatchLanguage: Bool? = nil,
            among: [UserID]? = nil
        ) {
            self.callID = callID
            self.number = number
            self.postalCode = postalCode
            self.language = language
            self.skills = skills
            self.mustMatchSkills = mustMatchSkills
            self.mustMatchLanguage = mustMatchLanguage
            self.among = among
        }

        package static var notes: [Note] {
            [
                .of(CodingKeys.callID, "The call that the agent gets."),
                .of(CodingKeys.number, "The customer's, as it is dialled; default the call's.", length: 2...64),
                .of(CodingKeys.postalCode, "The customer's ZIP code: whose territory it is.", length: 1...10),
                .of(
                    CodingKeys.language, "The customer's, BCP 47; default the call's, or that of the number's country.",
                    length: 2...35),
                .of(CodingKeys.skills, "What the agent should be good at.", count: 0...20),
                .of(CodingKeys.mustMatchSkills, "Rather nobody than somebody without them; default false."),
                .of(CodingKeys.mustMatchLanguage, "Rather nobody than somebody who does not speak it; default false."),
                .of(CodingKeys.among, "Only these people; default everybody.", count: 1...200),
            ]
        }
    }

    /// One criterion of an assignment, and whether the chosen agent meets it.
    package struct AssignmentCriterion: Codable, Sendable, Hashable {
        package var criterion: AssignmentReason
        /// What was wanted; null where nothing was.
        package var wanted: String?
        package var met: Bool
        /// How many of the candidates meet it.
        package var candidates: Int

        package init(criterion: AssignmentReason, wanted: String?, met: Bool, candidates: Int) {
            self.criterion = criterion
            self.wanted = wanted
            self.met = met
            self.candidates = candidates
        }
    }

    /// Who was chosen, and why.
    package struct Assignment: Codable, Sendable {
        /// Null for a preview.
        package var id: AssignmentID?
        package var callID: CallID?
        /// Null when nobody could be chosen.
        package var userID: UserID?
        /// The weightiest criterion that decided.
        package var reason: AssignmentReason
        package var criteria: [AssignmentCriterion]
        /// How many people were looked at.
        package var candidates: Int
        package var decidedBy: UserID?
        package var createdAt: Timestamp

        package init(
            id: AssignmentID?, callID: CallID?, userID: UserID?, reason: AssignmentReason,
            criteria: [AssignmentCriterion], candidates: Int, decidedBy: UserID?, createdAt: Timestamp
        ) {
            self.id = id
            self.callID = callID
            self.userID = userID
            self.reason = reason
            self.criteria = criteria
            self.candidates = candidates
            self.decidedBy = decidedBy
            self.createdAt = createdAt
        }
    }

    /// Hours of a week in which somebody takes calls.
    package struct AgentHours: Codable, Sendable, Hashable, Noted {
        package var weekday: Int
        package var from: String
        package var to: String

        package init(weekday: Int, from: String, to: String) {
            self.weekday = weekday
            self.from = from
            self.to = to
        }

        package static var notes: [Note] {
            [
                .of(CodingKeys.weekday, "1 for Monday to 7 for Sunday.", range: 1...7),
                .of(CodingKeys.from, "At the person's own clock: 09:00.", length: 5...5),
                .of(CodingKeys.to, "Until when: 17:30, at most 24:00.", length: 5...5),
            ]
        }
    }

    /// `PUT /api/v1/calls/agents/{id}/availability`.
    package struct SetAvailability: Codable, Sendable, Noted {
        package var presence: AgentPresence
        package var until: Timestamp?
        package var hours: [AgentHours]?
        package var mostCalls: Int?

        package static var notes: [Note] {
            [
                .of(CodingKeys.presence, "Whether the person takes calls."),
                .of(CodingKeys.until, "Until when it holds; then the person is available again."),
                .of(CodingKeys.hours, "When the person takes calls at all; without any always.", count: 0...50),
                .of(CodingKeys.mostCalls, "How many at a time; default 1.", range: 1...50),
            ]
        }
    }

    /// Somebody who can be given calls.
    package struct Agent: Codable, Sendable {
        package var userID: UserID
        package var role: Role
        package var timeZone: TimeZoneName
        package var territory: [String]
        package var skills: [String]
        package var languages: [String]
        package var presence: AgentPresence
        package var until: Timestamp?
        package var hours: [AgentHours]
        package var mostCalls: Int
        package var openCalls: Int
        /// Whether the person would be given a call now.
        package var available: Bool
        package var lastAssignedAt: Timestamp?
        package var version: Int64

        package init(
            userID: UserID, role: Role, timeZone: TimeZoneName, territory: [String], skills: [String],
            languages: [String], presence: AgentPresence, until: Timestamp?, hours: [AgentHours], mostCalls: Int,
            openCalls: Int, available: Bool, lastAssignedAt: Timestamp?, version: Int64
        ) {
            self.userID = userID
            self.role = role
            self.timeZone = timeZone
            self.territory = territory
            self.skills = skills
            self.languages = languages
            self.presence = presence
            self.until = until
            self.hours = hours
            self.mostCalls = mostCalls
            self.openCalls = openCalls
            self.available = available
            self.lastAssignedAt = lastAssignedAt
            self.version = version
        }
    }

    /// The people of a tenant who can be given calls.
    package struct Agents: Codable, Sendable {
        package var agents: [Agent]

        package init(agents: [Agent]) { self.agents = agents }
    }
}

extension InternalAPI {
    /// `PUT /internal/agents/{id}/busy` of calls: when somebody is taken; replaces what was told for the same time.
    package struct BusyTimes: Codable, Sendable, Noted {
        /// A time.
        package struct Span: Codable, Sendable, Hashable {
            package var from: Timestamp
            package var to: Timestamp

            package init(from: Timestamp, to: Timestamp) {
                self.from = from
                self.to = to
            }
        }

        package var from: Timestamp
        package var to: Timestamp
        package var busy: [Span]

        package init(from: Timestamp, to: Timestamp, busy: [Span]) {
            self.from = from
            self.to = to
            self.busy = busy
        }

        package static var notes: [Note] {
            [.of(CodingKeys.busy, "Times that begin between from and to.", count: 0...1_000)]
        }
    }
}
