import FoundationEssentials
import Models
import Postgres

/// The wizard's rows.
struct OnboardingStore {
    let rows: any SQLExecutor

    /// The tenant's wizard, begun when nobody has looked at it before.
    func begin(in tenant: TenantID) async throws -> Onboarding {
        if let found = try await find(in: tenant) { return found }
        try await rows.execute(
            """
            INSERT INTO onboardings (tenant_id, webhook_id) VALUES (\(tenant), gen_random_uuid())
            ON CONFLICT ON CONSTRAINT onboardings_pkey DO NOTHING
            """)
        guard let made = try await find(in: tenant) else { throw Failure(.internal) }
        return made
    }

    private func find(in tenant: TenantID) async throws -> Onboarding? {
        let results = try await rows.batch([
            """
            SELECT webhook_id, webhook_received_at, version, started_at, completed_at FROM onboardings
            WHERE tenant_id = \(tenant)
            """,
            "SELECT step, status, settled_at, settled_by FROM onboarding_steps WHERE tenant_id = \(tenant)",
        ])
        var found = try results[0].first { row throws(PostgresError) in try Onboarding(row: &row) }
        found?.settled = try results[1].map { row throws(PostgresError) in
            Onboarding.Settled(
                step: try row.next(OnboardingStep.self), status: try row.next(OnboardingStatus.self),
                at: try row.next(Timestamp.self), by: try row.next(UserID?.self))
        }
        return found
    }

    /// Holds other changes of the wizard to the end of the transaction.
    func lock(in tenant: TenantID) async throws {
        try await rows.execute("SELECT 1 FROM onboardings WHERE tenant_id = \(tenant) FOR UPDATE")
    }

    /// Sets where a step is; the last one ends the wizard the first time.
    func settle(
        _ step: OnboardingStep, _ status: OnboardingStatus, by user: UserID?, in tenant: TenantID
    ) async throws {
        let change: SQL =
            status == .open
            ? "DELETE FROM onboarding_steps WHERE tenant_id = \(tenant) AND step = \(step.rawValue)"
            : """
            INSERT INTO onboarding_steps (tenant_id, step, status, settled_by)
            VALUES (\(tenant), \(step.rawValue), \(status.rawValue), \(user))
            ON CONFLICT ON CONSTRAINT onboarding_steps_pkey DO UPDATE
            SET status = excluded.status, settled_at = now(), settled_by = excluded.settled_by
            """
        let isEnd = step == .complete && status == .done
        _ = try await rows.batch([
            change,
            """
            UPDATE onboardings SET version = version + 1,
                completed_at = CASE WHEN \(isEnd) THEN coalesce(completed_at, now()) ELSE completed_at END
            WHERE tenant_id = \(tenant)
            """,
        ])
    }

    /// Notes that the phone system has found its address; false when it is not the tenant's.
    func noteWebhook(_ id: UUID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE onboardings SET webhook_received_at = coalesce(webhook_received_at, now()),
                version = version + CASE WHEN webhook_received_at IS NULL THEN 1 ELSE 0 END
            WHERE tenant_id = \(tenant) AND webhook_id = \(id)
            """) == 1
    }

    func choose(_ system: PhoneSystem, of tenant: TenantID) async throws {
        try await rows.execute(
            """
            UPDATE tenants SET phone_system = \(system.rawValue), version = version + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND phone_system <> \(system.rawValue)
            """)
    }

    /// What the rows say of what there is to do next.
    func nextSteps(in tenant: TenantID) async throws -> OnboardingOutlook? {
        try await rows.first(
            """
            SELECT EXISTS (SELECT FROM invitations WHERE tenant_id = \(tenant) AND purpose = 'invitation'
                           AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()),
                   EXISTS (SELECT FROM users AS u WHERE u.tenant_id = \(tenant) AND u.role = 'owner' AND u.status = 'active'
                           AND NOT EXISTS (SELECT FROM second_factors AS f WHERE f.tenant_id = u.tenant_id
                                           AND f.user_id = u.id AND f.confirmed_at IS NOT NULL)
                           AND NOT EXISTS (SELECT FROM passkeys AS p WHERE p.tenant_id = u.tenant_id
                                           AND p.user_id = u.id)),
                   EXISTS (SELECT FROM single_sign_on WHERE tenant_id = \(tenant)),
                   EXISTS (SELECT FROM domains WHERE tenant_id = \(tenant) AND verified_at IS NOT NULL)
            """
        ) { row in
            OnboardingOutlook(
                hasPendingInvitations: try row.next(Bool.self), hasBareOwner: try row.next(Bool.self),
                hasSingleSignOn: try row.next(Bool.self), hasDomain: try row.next(Bool.self))
        }
    }

    /// Whether somebody besides the first person is there or invited, and whether settings have been saved.
    func facts(of tenant: TenantID) async throws -> (teamInvited: Bool, settingsSaved: Bool) {
        let found = try await rows.first(
            """
            SELECT (SELECT count(*) FROM users WHERE tenant_id = \(tenant) AND status = 'active') > 1
                   OR EXISTS (SELECT FROM invitations WHERE tenant_id = \(tenant) AND purpose = 'invitation'
                              AND created_by IS NOT NULL AND revoked_at IS NULL),
                   EXISTS (SELECT FROM tenant_settings WHERE tenant_id = \(tenant) AND version > 1)
            """
        ) { row in (try row.next(Bool.self), try row.next(Bool.self)) }
        return found.map { (teamInvited: $0.0, settingsSaved: $0.1) } ?? (false, false)
    }
}

extension Onboarding: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        webhookID = try row.next(UUID.self)
        webhookReceivedAt = try row.next(Timestamp?.self)
        version = try row.next(Int64.self)
        startedAt = try row.next(Timestamp.self)
        completedAt = try row.next(Timestamp?.self)
    }
}
