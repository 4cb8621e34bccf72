package import FoundationEssentials
package import JSON

/// The identifier of a line.
package struct LineID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

extension CallsAPI {
    /// An extension or a number, and whose it is from when to when.
    package struct Line: Codable, Sendable {
        package var id: LineID
        /// The connection whose line it is; null for all.
        package var connectionID: ConnectionID?
        /// The extension, the number in E.164, or the SIP address.
        package var value: String
        package var label: String?
        package var agentID: UserID?
        package var team: String?
        package var validFrom: Timestamp?
        package var validTo: Timestamp?
        /// How its callers are received; null as the account has it.
        package var routing: LineRouting?
        /// Which channel of a recording carries the line's agent; null where that follows from the direction.
        package var agentChannel: Int?
        package var createdAt: Timestamp
        package var updatedAt: Timestamp

        package init(
            id: LineID, connectionID: ConnectionID?, value: String, label: String?, agentID: UserID?, team: String?,
            validFrom: Timestamp?, validTo: Timestamp?, routing: LineRouting?, agentChannel: Int?,
            createdAt: Timestamp, updatedAt: Timestamp
        ) {
            self.id = id
            self.connectionID = connectionID
            self.value = value
            self.label = label
            self.agentID = agentID
            self.team = team
            self.validFrom = validFrom
            self.validTo = validTo
            self.routing = routing
            self.agentChannel = agentChannel
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    /// `POST /api/v1/lines`.
    package struct CreateLine: Codable, Sendable, Noted {
        package var value: String
        package var connectionID: ConnectionID?
        package var label: String?
        package var agentID: UserID?
        package var team: String?
        package var validFrom: Timestamp?
        package var validTo: Timestamp?
        package var routing: LineRouting?
        package var agentChannel: Int?

        package static var notes: [Note] {
            [
                .of(CodingKeys.value, "An extension, a number or a SIP address.", length: 1...200),
                .of(CodingKeys.connectionID, "The connection whose line it is; left out, any connection's."),
                .of(CodingKeys.label, "What people call the line.", length: 1...100),
                .of(
                    CodingKeys.agentID,
                    "Who speaks there; without agent and team the line is nobody's, and no longer unknown."),
                .of(CodingKeys.team, "The team that speaks there.", length: 1...100),
                .of(CodingKeys.validFrom, "From when on; left out, since ever."),
                .of(CodingKeys.validTo, "Until when, the instant itself excluded; left out, for good."),
                .of(CodingKeys.routing, "How its callers are received; left out, as the account has it."),
                .of(
                    CodingKeys.agentChannel, "The channel of recordings that carries the agent, from now on.",
                    range: 0...1),
            ]
        }
    }

    /// `PATCH /api/v1/lines/{id}`: what is left out stays; past calls follow.
    package struct UpdateLine: Codable, Sendable, Noted {
        package var label: Patch<String>
        package var agentID: Patch<UserID>
        package var team: Patch<String>
        package var validFrom: Patch<Timestamp>
        package var validTo: Patch<Timestamp>
        package var routing: Patch<LineRouting>
        package var agentChannel: Patch<Int>

        package static var notes: [Note] {
            [
                .of(CodingKeys.label, "What people call the line.", length: 1...100),
                .of(CodingKeys.agentID, "Who speaks there."),
                .of(CodingKeys.team, "The team that speaks there.", length: 1...100),
                .of(CodingKeys.validFrom, "From when on; null, since ever."),
                .of(CodingKeys.validTo, "Until when, the instant itself excluded; null, for good."),
                .of(CodingKeys.routing, "How its callers are received, as a whole; null, as the account has it."),
                .of(
                    CodingKeys.agentChannel,
                    "The channel of recordings that carries the agent, from now on; null, as the direction has it.",
                    range: 0...1),
            ]
        }
    }

    /// A line that calls name and nobody was given.
    package struct UnknownLine: Codable, Sendable {
        package var value: String
        /// The connection whose calls name it.
        package var connectionID: ConnectionID?
        /// How many calls wait for an agent; counting stops at 1,000.
        package var calls: Int
        package var callsIsExact: Bool
        package var firstCallAt: Timestamp
        package var lastCallAt: Timestamp

        package init(
            value: String, connectionID: ConnectionID?, calls: Int, callsIsExact: Bool, firstCallAt: Timestamp,
            lastCallAt: Timestamp
        ) {
            self.value = value
            self.connectionID = connectionID
            self.calls = calls
            self.callsIsExact = callsIsExact
            self.firstCallAt = firstCallAt
            self.lastCallAt = lastCallAt
        }
    }

    /// `GET /api/v1/lines/unknown`.
    package struct UnknownLines: Codable, Sendable {
        package var data: [UnknownLine]
        /// Whether there are more; assigning some shows them.
        package var hasMore: Bool

        package init(data: [UnknownLine], hasMore: Bool) {
            self.data = data
            self.hasMore = hasMore
        }
    }
}
