package import JSON

/// What kind of end a disposition is.
package enum DispositionCategory: String, Codable, CaseIterable, Sendable {
    case connected, scheduled
    case notConnected = "not_connected"
    case doNotCall = "do_not_call"
}

extension CallsAPI {
    /// What a call can come to, in the tenant's own words.
    package struct Disposition: Codable, Sendable, Hashable {
        package var id: DispositionID
        /// Which of the eight of the product it began as; null for a tenant's own.
        package var preset: String?
        package var name: String
        package var category: DispositionCategory
        /// Its place in the list, from 0.
        package var position: Int
        package var version: Int64
        package var createdAt: Timestamp
        package var updatedAt: Timestamp
        /// Since when it cannot be chosen any more.
        package var retiredAt: Timestamp?

        package init(
            id: DispositionID, preset: String?, name: String, category: DispositionCategory, position: Int,
            version: Int64, createdAt: Timestamp, updatedAt: Timestamp, retiredAt: Timestamp?
        ) {
            self.id = id
            self.preset = preset
            self.name = name
            self.category = category
            self.position = position
            self.version = version
            self.createdAt = createdAt
            self.updatedAt = updatedAt
            self.retiredAt = retiredAt
        }
    }

    /// All dispositions of a tenant, in their order.
    package struct Dispositions: Codable, Sendable {
        package var data: [Disposition]

        package init(data: [Disposition]) {
            self.data = data
        }
    }

    /// `POST /api/v1/calls/dispositions`.
    package struct CreateDisposition: Codable, Sendable, Noted {
        package var name: String
        package var category: DispositionCategory

        package static var notes: [Note] {
            [.of(CodingKeys.name, "As agents see it; no two that can be chosen are called the same.", length: 1...80)]
        }
    }

    /// `PATCH /api/v1/calls/dispositions/{id}`: what is left out stays.
    package struct UpdateDisposition: Codable, Sendable, Noted {
        package var name: String?
        package var category: DispositionCategory?

        package static var notes: [Note] { [.of(CodingKeys.name, "As agents see it.", length: 1...80)] }
    }

    /// `PUT /api/v1/calls/dispositions/order`.
    package struct OrderDispositions: Codable, Sendable, Noted {
        package var ids: [DispositionID]

        package static var notes: [Note] {
            [.of(CodingKeys.ids, "All that can be chosen, in their new order.", count: 1...200)]
        }
    }

    /// `PUT /api/v1/calls/{id}/disposition`.
    package struct SetDisposition: Codable, Sendable, Noted {
        package var dispositionID: DispositionID
        package var note: String?

        package static var notes: [Note] {
            [.of(CodingKeys.note, "What else there is to say.", length: 0...2000)]
        }
    }

    /// What a call came to.
    package struct CallDisposition: Codable, Sendable, Hashable {
        package var id: DispositionID
        package var name: String
        package var category: DispositionCategory
        package var note: String?
        package var setAt: Timestamp
        /// Null when a program set it.
        package var setBy: UserID?

        package init(
            id: DispositionID, name: String, category: DispositionCategory, note: String?, setAt: Timestamp,
            setBy: UserID?
        ) {
            self.id = id
            self.name = name
            self.category = category
            self.note = note
            self.setAt = setAt
            self.setBy = setBy
        }
    }
}
