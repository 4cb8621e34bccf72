import JSON
import Models
import Postgres

/// What is done to super admins: each deed is one transaction with its changes and its audit row.
struct SuperAdminLifeStore {
    let database: TenantDatabase

    /// Sets what a super admin may work in; nil when there is none, 409 when nobody could let people in any more.
    func setAreas(_ areas: [PlatformArea], of id: UserID, origin: Origin) async throws -> User? {
        try await database.transaction { rows in
            let store = SuperAdminStore(rows: rows)
            try await store.lock()
            if !areas.contains(.administrators) { try await Self.keepOne(besides: id, store) }
            guard let user = try await store.setAreas(areas, of: id) else { return nil }
            try await AuditStore(rows: rows).append(
                origin.entry(
                    .areasSet, "user/\(id)", after: try JSONText(encoding: ["areas": areas.map(\.rawValue)])),
                in: .platform)
            try await ChangeStore.appendVersion(user.version, of: id, tenant: .platform, in: rows)
            return user
        }
    }

    /// Ends a super admin's access at once; false when there is none, 409 for the last one.
    func remove(_ id: UserID, origin: Origin) async throws -> Bool {
        try await database.transaction { rows in
            let store = SuperAdminStore(rows: rows)
            try await store.lock()
            try await Self.keepOne(besides: id, store)
            guard let user = try await store.deactivate(id) else { return false }
            let ended = try await SessionStore(rows: rows).revokeAll(of: id, in: .platform)
            try await AuditStore(rows: rows).append(
                origin.entry(.superAdminRemoved, "user/\(id)"), in: .platform)
            try await ChangeStore.appendVersion(user.version, of: id, tenant: .platform, in: rows)
            try await ChangeStore.appendRevoked(ended, tenant: .platform, in: rows)
            return true
        }
    }

    private static func keepOne(besides id: UserID, _ store: SuperAdminStore) async throws {
        guard try await store.hasAdministrator(besides: id) else {
            throw Failure(.conflict, "The last super admin who can let others in stays.")
        }
    }
}
