import Models
import Postgres

/// Single changes of a call as part of an action upon many; each tells whether it changed anything.
struct CallChangeStore {
    let transaction: Transaction
    let reach: CallReach

    private var tenant: TenantID {
        get throws {
            guard let tenant = transaction.tenant else { throw Failure(.internal) }
            return tenant
        }
    }

    func isReached(_ call: CallID) async throws -> Bool {
        let tenant = try self.tenant
        return try await transaction.value(
            """
            SELECT EXISTS (SELECT FROM calls WHERE tenant_id = \(tenant) AND id = \(call) AND deleted_at IS NULL\(reach.condition))
            """, as: Bool.self) ?? false
    }

    func addTags(_ tags: [TagID], to call: CallID) async throws -> Bool {
        let added = try await transaction.query(TagStore.adding(tags, to: [call], by: nil, in: try self.tenant))
        return !added.isEmpty
    }

    func removeTags(_ tags: [TagID], from call: CallID) async throws -> Bool {
        let tenant = try self.tenant
        return try await transaction.execute(
            """
            DELETE FROM tagged_calls
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND tag_id = ANY (\(tags)::uuid[])
            """) > 0
    }

    func assign(_ call: CallID, to agent: UserID?) async throws -> Bool {
        let tenant = try self.tenant
        let changed = try await transaction.first(
            """
            UPDATE calls SET agent_id = \(agent), updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(call) AND deleted_at IS NULL
              AND agent_id IS DISTINCT FROM \(agent)\(reach.condition)
            RETURNING \(unescaped: Call.columns)
            """, as: Call.self)
        if let changed { try await CallEvents.publish(.callUpdated, of: changed, in: transaction) }
        return changed != nil
    }

    /// Puts a call into the bin or takes it out; what is on legal hold stays where it is.
    func setInBin(_ call: CallID, _ isInBin: Bool) async throws -> Bool {
        let tenant = try self.tenant
        let changed = try await transaction.first(
            """
            UPDATE calls SET deleted_at = CASE WHEN \(isInBin) THEN now() END, updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(call) AND (deleted_at IS NULL) = \(isInBin)
              AND NOT (legal_hold AND \(isInBin))\(reach.condition)
            RETURNING \(unescaped: Call.columns)
            """, as: Call.self)
        if let changed {
            try await CallEvents.publish(isInBin ? .callDeleted : .callRestored, of: changed, in: transaction)
        }
        return changed != nil
    }
}
