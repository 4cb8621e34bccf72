import Auth
import Models
import Postgres
import Web

/// An agent's turn at the dialer: one number after another, each with its wrap-up.
struct DialSessionRoutes: Sendable {
    let database: Database
    let dialer: DialerService
    let wrapUp: CallWrapUp

    /// The query of a list of sessions.
    struct SessionQuery: Codable, Sendable {
        /// Those that are not over.
        var open: Bool?
    }

    func start(
        _ context: RequestContext, _ body: Body<CallsAPI.StartSession>
    ) async throws -> Created<CallsAPI.DialSession> {
        let (user, tenant) = (try context.user.userID, context.tenant)
        let rows = database.tenant(tenant)
        if let id = body.value.campaignID {
            guard let campaign = try await CampaignStore(rows: rows, tenant: tenant).find(id) else {
                throw Failure.invalid("/campaign_id", "not_found", "There is no such campaign.")
            }
            guard campaign.state == .running else { throw Failure(.conflict, "The campaign is not running.") }
        }
        // Told now rather than by a session that stops at once.
        _ = try await dialer.dialling.carrier(
            of: try await VoiceSettingsStore(rows: rows, tenant: tenant).find(user), in: tenant)
        let wish = DialSession(userID: user, campaignID: body.value.campaignID)
        let made = try await rows.transaction { transaction in
            guard let made = try await DialSessionStore(rows: transaction, tenant: tenant).create(wish) else {
                throw Failure(.conflict, "You have a session already; stop it first.")
            }
            try await DialNextJob.enqueue(made.id, in: transaction)
            try await CheckSessionJob.enqueue(made.id, in: transaction)
            return made
        }
        return Created(made.wire(nil), at: "/api/v1/dialer/sessions/\(made.id)")
    }

    func list(_ context: RequestContext, _ query: Query<SessionQuery>) async throws -> OK<CallsAPI.DialSessions> {
        let store = DialSessionStore(rows: database.tenant(context.tenant), tenant: context.tenant)
        let found = try await store.list(of: context.reach.agentID, isOpen: query.value.open ?? false, limit: 100)
        return OK(CallsAPI.DialSessions(data: found.map { $0.wire(nil) }))
    }

    func get(_ context: RequestContext, _ path: PathID<DialSessionID>) async throws -> OK<CallsAPI.DialSession> {
        let rows = database.tenant(context.tenant)
        let store = DialSessionStore(rows: rows, tenant: context.tenant)
        guard let session = try await store.find(path.id, of: context.reach.agentID) else { throw Failure(.notFound) }
        return OK(try await whole(session, rows, context.tenant))
    }

    /// The console is there.
    func heartbeat(_ context: RequestContext, _ path: PathID<DialSessionID>) async throws -> OK<CallsAPI.DialSession> {
        try await change(path.id, context) { session, _ in
            session.leasedUntil = .now() + DialSession.lease
        }
    }

    /// No number follows the current one.
    func pause(_ context: RequestContext, _ path: PathID<DialSessionID>) async throws -> OK<CallsAPI.DialSession> {
        try await change(path.id, context) { session, _ in
            guard session.state == .ready else {
                throw Failure(.conflict, "A session is paused between two calls.")
            }
            (session.state, session.reason, session.nextAt) = (.paused, nil, nil)
        }
    }

    /// The next number at once, after a pause or in place of waiting.
    func next(_ context: RequestContext, _ path: PathID<DialSessionID>) async throws -> OK<CallsAPI.DialSession> {
        try await change(path.id, context) { session, transaction in
            guard [.ready, .paused].contains(session.state) else {
                throw Failure(.conflict, "The current call comes to its end first.")
            }
            (session.state, session.reason, session.nextAt) = (.ready, nil, .now())
            try await DialNextJob.enqueue(session.id, in: transaction)
        }
    }

    func stop(_ context: RequestContext, _ path: PathID<DialSessionID>) async throws -> OK<CallsAPI.DialSession> {
        let tenant = context.tenant
        let user = try context.user.userID
        let ended = try await database.tenant(tenant).transaction { transaction in
            let store = DialSessionStore(rows: transaction, tenant: tenant)
            guard let session = try await store.lock(path.id, of: user) else { throw Failure(.notFound) }
            if session.state != .ended { try await dialer.end(session, reason: nil, transaction, tenant) }
            return try await store.find(path.id)
        }
        guard let ended else { throw Failure(.notFound) }
        return OK(ended.wire(nil))
    }

    /// Says how the call ended; then comes the next number, after the campaign's pause.
    func finish(
        _ context: RequestContext, _ path: PathID<DialSessionID>, _ body: Body<CallsAPI.WrapUp>
    ) async throws -> OK<CallsAPI.DialSession> {
        let wrapUp = self.wrapUp
        return try await change(path.id, context) { session, transaction in
            guard session.state == .wrapUp, let call = session.callID else {
                throw Failure(.conflict, "No call waits for its wrap-up.")
            }
            try await wrapUp.run(body.value, on: call, context, transaction)
            let campaign =
                if let id = session.campaignID {
                    try await CampaignStore(rows: transaction, tenant: context.tenant).find(id)
                } else { nil as Campaign? }
            let pause = Duration.seconds(campaign?.pauseSeconds ?? 0)
            (session.state, session.entryID, session.callID) = (.ready, nil, nil)
            session.nextAt = .now() + pause
            try await DialNextJob.enqueue(session.id, after: pause, in: transaction)
        }
    }

    /// Every sign of the agent's console renews the lease.
    private func change(
        _ id: DialSessionID, _ context: RequestContext, _ body: (inout DialSession, Transaction) async throws -> Void
    ) async throws -> OK<CallsAPI.DialSession> {
        let tenant = context.tenant
        let user = try context.user.userID
        let rows = database.tenant(tenant)
        let changed = try await rows.transaction { transaction in
            let store = DialSessionStore(rows: transaction, tenant: tenant)
            guard var session = try await store.lock(id, of: user) else { throw Failure(.notFound) }
            guard session.state != .ended else { throw Failure(.conflict, "The session is over.") }
            session.leasedUntil = .now() + DialSession.lease
            try await body(&session, transaction)
            try await store.save(session)
            return session
        }
        return OK(try await whole(changed, rows, tenant))
    }

    private func whole(
        _ session: DialSession, _ rows: TenantDatabase, _ tenant: TenantID
    ) async throws -> CallsAPI.DialSession {
        guard let id = session.entryID else { return session.wire(nil) }
        return session.wire(try await DialQueueStore(rows: rows, tenant: tenant).find(id))
    }
}
