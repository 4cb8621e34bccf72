package import JSON

/// Where a change of many tenants is.
package enum BulkState: String, Codable, CaseIterable, Sendable {
    case running, done, undoing, undone
}

/// What became of one tenant of many.
package enum BulkItemState: String, Codable, CaseIterable, Sendable {
    case waiting, done
    /// It was so already.
    case unchanged
    /// It is deleted, or could not be changed.
    case failed
    case undone
    /// It was not taken back, since the tenant has been changed otherwise meanwhile.
    case kept
}

extension TenancyAPI {
    /// What is done to each tenant; what is left out stays.
    package struct BulkChange: Codable, Sendable, Hashable, Noted {
        package var plan: Plan?
        package var disabledFeatures: [Feature]?
        /// True suspends, false resumes.
        package var isSuspended: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.plan, "Another plan brings its own entitlements; limits of super admins stay."),
                .of(CodingKeys.disabledFeatures, "What the tenants do not get, though their plans have it."),
                .of(CodingKeys.isSuspended, "True suspends, false resumes."),
            ]
        }

        package init(plan: Plan? = nil, disabledFeatures: [Feature]? = nil, isSuspended: Bool? = nil) {
            self.plan = plan
            self.disabledFeatures = disabledFeatures
            self.isSuspended = isSuspended
        }
    }

    /// `POST /api/v1/platform/tenants/bulk` and, to look at it first, `.../bulk/preview`.
    package struct CreateBulk: Codable, Sendable, Noted {
        package var tenants: [TenantID]
        package var change: BulkChange

        package static var notes: [Note] {
            [
                .of(CodingKeys.tenants, "Up to 1000 tenants, each once."),
                .of(CodingKeys.change, "What is done to each."),
            ]
        }
    }

    /// One tenant of many: what it has and what it would have, or what became of it.
    package struct BulkItem: Codable, Sendable {
        package var tenantID: TenantID
        package var state: BulkItemState
        /// Null before it was looked at, and for a tenant that is not there.
        package var before: BulkChange?
        package var after: BulkChange?

        package init(tenantID: TenantID, state: BulkItemState, before: BulkChange?, after: BulkChange?) {
            self.tenantID = tenantID
            self.state = state
            self.before = before
            self.after = after
        }
    }

    /// What a change would do: nothing has been done.
    package struct BulkPreview: Codable, Sendable {
        package var items: [BulkItem]

        package init(items: [BulkItem]) { self.items = items }
    }

    /// A change of many tenants and how far it has come.
    package struct Bulk: Codable, Sendable {
        package var id: BulkID
        package var state: BulkState
        package var change: BulkChange
        package var requestedBy: UserID
        package var requestedAt: Timestamp
        package var finishedAt: Timestamp?
        /// How many tenants are in which state.
        package var counts: [String: Int]

        package init(
            id: BulkID, state: BulkState, change: BulkChange, requestedBy: UserID, requestedAt: Timestamp,
            finishedAt: Timestamp?, counts: [String: Int]
        ) {
            self.id = id
            self.state = state
            self.change = change
            self.requestedBy = requestedBy
            self.requestedAt = requestedAt
            self.finishedAt = finishedAt
            self.counts = counts
        }
    }

    /// One such change with all of its tenants.
    package struct BulkDetail: Codable, Sendable {
        package var bulk: Bulk
        package var items: [BulkItem]

        package init(bulk: Bulk, items: [BulkItem]) {
            self.bulk = bulk
            self.items = items
        }
    }
}
