import Auth
import Models
import PhoneNumbers
import Postgres
import Web

/// Placing calls and steering them.
struct DialRoutes: Sendable {
    let database: Database
    let dialling: DialService

    func dial(_ context: RequestContext, _ body: Body<CallsAPI.Dial>) async throws -> Created<CallsAPI.LiveCall> {
        let user = try context.user.userID
        guard let number = PhoneNumber(body.value.to, country: context.country) else {
            throw Failure.invalid("/to", "invalid_format", "a telephone number expected")
        }
        let tenant = context.tenant
        let settings = try await VoiceSettingsStore(rows: database.tenant(tenant), tenant: tenant).find(user)
        let provider = try await dialling.carrier(of: settings, in: tenant)
        var wish = DialWish(
            number.e164, for: body.value.purpose ?? .marketing, by: settings, ring: body.value.ring)
        wish.language = try LeadLanguage.checked(body.value.language, at: "/language")
        let wanted = wish
        let live = try await database.tenant(tenant).transaction { transaction in
            let store = DialSessionStore(rows: transaction, tenant: tenant)
            if try await store.isBusy(user) { throw Failure(.conflict, "You are in a call already.") }
            let decision = try await dialling.look(wanted, in: transaction)
            if let refusal = decision.refusal { throw refusal }
            return try await dialling.begin(wanted, over: provider, as: decision, in: transaction)
        }
        return Created(
            live.wire(pauses: [], routing: []), at: "/api/v1/calls/\(live.call.id)", version: live.call.version)
    }

    func participants(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.LiveCall> {
        let rows = database.tenant(context.tenant)
        guard
            let call = try await CallStore(database: database).find(path.id, reach: context.reach, in: context.tenant),
            let live = try await LiveCallStore.read(call, rows, context.tenant)
        else { throw Failure(.notFound) }
        return OK(try await whole(live, rows, context.tenant))
    }

    func add(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.AddParticipant>
    ) async throws -> Accepted<CallsAPI.LiveCall> {
        let invited = try await invited(body.value, context)
        return Accepted(
            try await change(path.id, context) { live in
                try live.invite(invited(live))
            })
    }

    /// Gives the call to somebody else: the agent leaves once they have taken it.
    func transfer(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.AddParticipant>
    ) async throws -> Accepted<CallsAPI.LiveCall> {
        let invited = try await invited(body.value, context)
        return Accepted(
            try await change(path.id, context) { live in
                let agent = live.participants.last { $0.role == .agent && $0.state == .joined }
                guard let agent else { throw Failure(.conflict, "No agent is in the call.") }
                var target = invited(live)
                // Whoever takes over keeps the call up.
                target.role = .agent
                try live.invite(target, replacing: agent.id)
            })
    }

    func update(
        _ context: RequestContext, _ path: Path<ParticipantPath>, _ body: Body<CallsAPI.UpdateParticipant>
    ) async throws -> Accepted<CallsAPI.LiveCall> {
        let (id, wish) = (path.value.participantID, body.value)
        return Accepted(
            try await change(path.value.id, context) { live in
                if let isMuted = wish.isMuted { try live.mute(id, isMuted) }
                if let isOnHold = wish.isOnHold { try live.hold(id, isOnHold) }
            })
    }

    func remove(_ context: RequestContext, _ path: Path<ParticipantPath>) async throws -> NoContent {
        _ = try await change(path.value.id, context) { live in
            try live.remove(path.value.participantID, now: .now())
        }
        return NoContent()
    }

    func hangUp(_ context: RequestContext, _ path: PathID<CallID>) async throws -> Accepted<CallsAPI.LiveCall> {
        Accepted(
            try await change(path.id, context) { live in
                live.finish(live.call.answeredAt == nil ? .cancelled : .completed, now: .now())
            })
    }

    func pause(_ context: RequestContext, _ path: PathID<CallID>) async throws -> Accepted<CallsAPI.LiveCall> {
        try await record(isPaused: true, path.id, context)
    }

    func resume(_ context: RequestContext, _ path: PathID<CallID>) async throws -> Accepted<CallsAPI.LiveCall> {
        try await record(isPaused: false, path.id, context)
    }

    /// Both identifiers of the path of an end.
    struct ParticipantPath: Codable, Sendable {
        var id: CallID
        var participantID: ParticipantID
    }

    private func record(
        isPaused: Bool, _ call: CallID, _ context: RequestContext
    ) async throws -> Accepted<CallsAPI.LiveCall> {
        let (tenant, user) = (context.tenant, context.principal?.user?.userID)
        return Accepted(
            try await change(call, context) { live in
                try live.record(isPaused: isPaused)
            } afterwards: { transaction in
                let store = RecordingPauseStore(rows: transaction, tenant: tenant)
                if isPaused { try await store.begin(call, by: user) } else { try await store.end(call) }
            })
    }

    private func change(
        _ id: CallID, _ context: RequestContext, _ body: (inout LiveCall) throws -> Void,
        afterwards: (Transaction) async throws -> Void = { _ in }
    ) async throws -> CallsAPI.LiveCall {
        let tenant = context.tenant
        return try await database.tenant(tenant).transaction { transaction in
            let store = LiveCallStore(transaction: transaction, tenant: tenant)
            let changed = try await store.change(id, reach: context.reach) { live in
                guard !live.isOver else { throw Failure(.conflict, "The call is over.") }
                try body(&live)
            }
            guard let changed else { throw Failure(.notFound) }
            try await afterwards(transaction)
            return try await whole(changed.call, transaction, tenant)
        }
    }

    private func whole(
        _ live: LiveCall, _ rows: any SQLExecutor, _ tenant: TenantID
    ) async throws -> CallsAPI.LiveCall {
        live.wire(
            pauses: try await RecordingPauseStore(rows: rows, tenant: tenant).list(live.call.id),
            routing: try await RoutingStore(rows: rows, tenant: tenant).steps(of: live.call.id))
    }

    /// Whoever is to be rung, read before the call is locked; 422 for neither or both.
    private func invited(
        _ wish: CallsAPI.AddParticipant, _ context: RequestContext
    ) async throws -> (LiveCall) -> Participant {
        switch (wish.to, wish.userID) {
        case (let text?, nil):
            guard let number = PhoneNumber(text, country: context.country) else {
                throw Failure.invalid("/to", "invalid_format", "a telephone number expected")
            }
            return { live in
                Participant(
                    callID: live.call.id, connection: live.control.connection, role: .guest, address: number.e164)
            }
        case (nil, let user?):
            let settings = try await VoiceSettingsStore(
                rows: database.tenant(context.tenant), tenant: context.tenant
            ).find(user)
            guard settings.version > 0 else {
                throw Failure.invalid("/user_id", "not_found", "This person has no phone here.")
            }
            let address = settings.ringing(settings.ring)[0]
            return { live in
                Participant(
                    callID: live.call.id, connection: live.control.connection, role: .agent, userID: user,
                    address: address, ringSeconds: settings.ringSeconds)
            }
        default: throw Failure.invalid("/to", "required", "either a number or a person")
        }
    }
}

extension LiveCall {
    func wire(pauses: [CallsAPI.RecordingPause], routing: [CallsAPI.RoutingStep]) -> CallsAPI.LiveCall {
        CallsAPI.LiveCall(
            callID: call.id, status: call.status, direction: call.direction, connectionID: control.connection,
            callerID: control.callerID, recording: control.recordingState, pauses: pauses,
            participants: participants.map(\.wire), routing: routing, agentID: call.agentID,
            startedAt: call.startedAt, answeredAt: call.answeredAt, endedAt: call.endedAt)
    }
}
