import JSON
import Models
import Postgres

/// The calls' rows.
struct CallStore: Sendable {
    let database: Database

    /// Stores a call, or finds the one that the tenant already has under its source and external id.
    ///
    /// `isNew` is false for the latter, which is changed in nothing; a conflict when it is out of the caller's reach.
    func create(
        _ draft: CallDraft, reach: CallReach, in tenant: TenantID
    ) async throws -> (call: Call, isNew: Bool) {
        let made = try await database.tenant(tenant).transaction { transaction in
            let made = try await transaction.first(Self.insertion(of: draft, in: tenant), as: Call.self)
            guard let made else { return nil as Call? }
            try await CallEvents.publish(.callCreated, of: made, in: transaction)
            let events = CallTransition(before: nil, after: made).events
            _ = try await transaction.batch(try await CallConsequences.follow(made, events, in: transaction))
            return made
        }
        if let made { return (made, true) }
        let present = try await database.tenant(tenant).first(
            """
            SELECT \(unescaped: Call.columns) FROM calls
            WHERE tenant_id = \(tenant) AND source = \(draft.source) AND is_test = \(draft.isTest)
              AND external_id = \(draft.externalID)\(reach.condition)
            """, as: Call.self)
        guard let present else { throw Failure(.conflict, "Another call has this external id.") }
        return (present, false)
    }

    /// The call, also from the bin; nil when it is out of reach.
    func find(_ id: CallID, reach: CallReach, in tenant: TenantID) async throws -> Call? {
        try await database.tenant(tenant).first(
            """
            SELECT \(unescaped: Call.columns) FROM calls
            WHERE tenant_id = \(tenant) AND id = \(id)\(reach.condition)
            """, as: Call.self)
    }

    /// Moves a call to the bin; a version of nil is any.
    func delete(_ id: CallID, version: Int64?, reach: CallReach, in tenant: TenantID) async throws -> Call {
        let deleted = try await change(id, .callDeleted, in: tenant) {
            """
            WITH changed AS (
                UPDATE calls SET deleted_at = now(), updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL AND NOT legal_hold
                  AND (\(version)::bigint IS NULL OR version = \(version))\(reach.condition)
                RETURNING *
            ) SELECT \(unescaped: Call.columns) FROM changed
            """
        }
        if let deleted { return deleted }
        guard let call = try await find(id, reach: reach, in: tenant), call.deletedAt == nil else {
            throw Failure(.notFound)
        }
        if call.isHeld { throw Failure(.legalHold) }
        throw Failure(.preconditionFailed)
    }

    /// Takes a call out of the bin.
    func restore(_ id: CallID, reach: CallReach, in tenant: TenantID) async throws -> Call {
        let restored = try await change(id, .callRestored, in: tenant) {
            """
            WITH changed AS (
                UPDATE calls SET deleted_at = NULL, updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NOT NULL\(reach.condition)
                RETURNING *
            ) SELECT \(unescaped: Call.columns) FROM changed
            """
        }
        if let restored { return restored }
        guard try await find(id, reach: reach, in: tenant) != nil else { throw Failure(.notFound) }
        throw Failure(.conflict, "The call is not in the bin.")
    }

    private func change(
        _ id: CallID, _ event: EventType, in tenant: TenantID, _ statement: () -> SQL
    ) async throws -> Call? {
        let statement = statement()
        return try await database.tenant(tenant).transaction { transaction in
            let call = try await transaction.first(statement, as: Call.self)
            if let call { try await CallEvents.publish(event, of: call, in: transaction) }
            return call
        }
    }

    /// Adds a call unless its source has it already.
    static func insertion(of draft: CallDraft, in tenant: TenantID) -> SQL {
        """
        WITH changed AS (
            INSERT INTO calls (tenant_id, id, source, external_id, origin, is_test, direction,
                from_kind, from_value, from_number, from_raw, to_kind, to_value, to_number, to_raw,
                status, started_at, answered_at, ended_at, agent_id, language, metadata)
            VALUES (\(tenant), \(draft.id), \(draft.source), \(draft.externalID), \(draft.origin.rawValue),
                \(draft.isTest), \(draft.direction.rawValue),
                \(draft.from.kind.rawValue), \(draft.from.value), \(draft.from.number), \(draft.from.raw),
                \(draft.to.kind.rawValue), \(draft.to.value), \(draft.to.number), \(draft.to.raw),
                \(draft.status.rawValue), \(draft.startedAt), \(draft.answeredAt), \(draft.endedAt), \(draft.agentID),
                \(draft.language), \(draft.metadata))
            ON CONFLICT ON CONSTRAINT calls_external_key DO NOTHING
            RETURNING *
        ) SELECT \(unescaped: Call.columns) FROM changed
        """
    }
}

extension CallReach {
    /// What every statement about single calls adds to its `WHERE`.
    var condition: SQL {
        """
         AND (\(agentID)::uuid IS NULL OR agent_id = \(agentID)) AND (\(isTest)::boolean IS NULL OR is_test = \(isTest))
        """
    }
}
