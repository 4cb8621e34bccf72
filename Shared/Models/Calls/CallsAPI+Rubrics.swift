package import JSON

extension CallsAPI {
    /// One line of a rubric.
    package struct RubricCategory: Codable, Sendable, Hashable, Noted {
        package var key: String
        package var name: String
        package var description: String?
        package var weight: Int
        package var phrases: [String]?

        package init(key: String, name: String, description: String?, weight: Int, phrases: [String]?) {
            self.key = key
            self.name = name
            self.description = description
            self.weight = weight
            self.phrases = phrases
        }

        package static var notes: [Note] {
            [
                .of(CodingKeys.key, "Lower-case letters, digits and _; stands with the score.", length: 1...60),
                .of(CodingKeys.name, "What people see.", length: 1...100),
                .of(CodingKeys.description, "What a language model is told to look for.", length: 0...1000),
                .of(CodingKeys.weight, "Its share in the whole.", range: 1...100),
                .of(
                    CodingKeys.phrases, "What the agent is to say, for the local rules: any of them is enough.",
                    count: 0...50),
            ]
        }
    }

    /// By what the quality of calls is judged.
    package struct Rubric: Codable, Sendable {
        /// Null for the rubric that is there from the start, which cannot be changed.
        package var id: RubricID?
        package var version: Int64
        package var name: String
        /// Whether calls are judged by it when nothing else is asked for.
        package var isDefault: Bool
        package var categories: [RubricCategory]
        package var createdAt: Timestamp?
        package var updatedAt: Timestamp?

        package init(
            id: RubricID?, version: Int64, name: String, isDefault: Bool, categories: [RubricCategory],
            createdAt: Timestamp?, updatedAt: Timestamp?
        ) {
            self.id = id
            self.version = version
            self.name = name
            self.isDefault = isDefault
            self.categories = categories
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    /// All rubrics of a tenant, the one from the start among them.
    package struct Rubrics: Codable, Sendable {
        package var data: [Rubric]

        package init(data: [Rubric]) { self.data = data }
    }

    /// `POST /api/v1/calls/rubrics`.
    package struct CreateRubric: Codable, Sendable, Noted {
        package var name: String
        package var isDefault: Bool?
        package var categories: [RubricCategory]

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What people see.", length: 1...100),
                .of(CodingKeys.isDefault, "Judge calls by it from now on."),
                .of(CodingKeys.categories, "Its lines.", count: 1...20),
            ]
        }
    }

    /// `PATCH /api/v1/calls/rubrics/{id}`: what is left out stays.
    package struct UpdateRubric: Codable, Sendable, Noted {
        package var name: String?
        package var isDefault: Bool?
        package var categories: [RubricCategory]?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What people see.", length: 1...100),
                .of(CodingKeys.isDefault, "Judge calls by it from now on, or by the one from the start again."),
                .of(CodingKeys.categories, "Its lines, all of them.", count: 1...20),
            ]
        }
    }

    /// Words that a tenant wants to find in its calls.
    package struct Tracker: Codable, Sendable {
        package var id: TrackerID
        package var version: Int64
        package var name: String
        package var phrases: [String]
        /// Whose words are looked at; null for anybody's.
        package var speaker: Speaker?
        package var isActive: Bool
        package var createdAt: Timestamp
        package var updatedAt: Timestamp

        package init(
            id: TrackerID, version: Int64, name: String, phrases: [String], speaker: Speaker?, isActive: Bool,
            createdAt: Timestamp, updatedAt: Timestamp
        ) {
            self.id = id
            self.version = version
            self.name = name
            self.phrases = phrases
            self.speaker = speaker
            self.isActive = isActive
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    /// `POST /api/v1/calls/trackers`.
    package struct CreateTracker: Codable, Sendable, Noted {
        package var name: String
        package var phrases: [String]
        package var speaker: Speaker?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What people see.", length: 1...100),
                .of(CodingKeys.phrases, "Words, or words in a row, of up to 200 characters.", count: 1...100),
                .of(CodingKeys.speaker, "Whose words are looked at; anybody's when left out."),
            ]
        }
    }

    /// `PATCH /api/v1/calls/trackers/{id}`: what is left out stays.
    package struct UpdateTracker: Codable, Sendable, Noted {
        package var name: String?
        package var phrases: [String]?
        package var speaker: Patch<Speaker>
        package var isActive: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What people see.", length: 1...100),
                .of(CodingKeys.phrases, "Words, or words in a row, of up to 200 characters.", count: 1...100),
                .of(CodingKeys.speaker, "Whose words are looked at; null for anybody's."),
                .of(CodingKeys.isActive, "False stops the search in new analyses; hits stay."),
            ]
        }
    }

    /// A call in which a tracker's words were said.
    package struct TrackedCall: Codable, Sendable {
        package var callID: CallID
        package var startedAt: Timestamp
        package var agentID: UserID?
        package var trackerVersion: Int64
        package var count: Int
        package var segmentIDs: [Int]

        package init(
            callID: CallID, startedAt: Timestamp, agentID: UserID?, trackerVersion: Int64, count: Int,
            segmentIDs: [Int]
        ) {
            self.callID = callID
            self.startedAt = startedAt
            self.agentID = agentID
            self.trackerVersion = trackerVersion
            self.count = count
            self.segmentIDs = segmentIDs
        }
    }

    /// Names and terms of a tenant that engines of recognition are told to expect.
    package struct Vocabulary: Codable, Sendable {
        package var version: Int64
        package var terms: [String]

        package init(version: Int64, terms: [String]) {
            self.version = version
            self.terms = terms
        }
    }

    /// `PUT /api/v1/calls/vocabulary`.
    package struct SetVocabulary: Codable, Sendable, Noted {
        package var terms: [String]

        package static var notes: [Note] {
            [
                .of(
                    CodingKeys.terms,
                    "Of up to 80 bytes each, the most telling first: engines read the first 600 bytes.", count: 0...100)
            ]
        }
    }
}

extension CallsAPI {
    /// All trackers of a tenant, the newest first.
    package struct Trackers: Codable, Sendable {
        package var data: [Tracker]

        package init(data: [Tracker]) { self.data = data }
    }
}
