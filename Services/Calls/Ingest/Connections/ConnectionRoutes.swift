import Auth
import HTTP
import Models
import Postgres
import Web

/// How connections to phone systems do, trying them, and reading a day again.
struct ConnectionRoutes: Sendable {
    let database: Database
    /// Nil where routes are only described.
    let seat: IngestSeat?

    func list(_ context: RequestContext) async throws -> OK<CallsAPI.ConnectionStates> {
        let store = ConnectionViewStore(rows: context.database(database), tenant: context.tenant)
        return OK(CallsAPI.ConnectionStates(data: try await store.states()))
    }

    func get(_ context: RequestContext, _ path: PathID<ConnectionID>) async throws -> OK<CallsAPI.ConnectionState> {
        let (_, connection) = try await open(path.id, context)
        let store = ConnectionViewStore(rows: context.database(database), tenant: context.tenant)
        if let state = try await store.states(of: path.id).first { return OK(state) }
        // It has not said a word yet.
        return OK(
            CallsAPI.ConnectionState(
                connectionID: connection.id, provider: connection.provider, lastHookAt: nil, lastSuccessAt: nil,
                lastErrorAt: nil, lastErrorCode: nil, lastErrorDetail: nil, failures: 0, alert: nil, alertedAt: nil,
                lastTestedAt: nil, lastTestFault: nil, usualHours: [], rejectedRecords: 0))
    }

    /// Tries the credentials at the provider; changes nothing there.
    func check(_ context: RequestContext, _ path: PathID<ConnectionID>) async throws -> OK<CallsAPI.ConnectionCheck> {
        let (provider, connection) = try await open(path.id, context)
        guard let seat else { throw Failure(.unavailable) }
        let fault: ProviderError?
        do {
            try await provider.check(connection, seat.client)
            fault = nil
        } catch let error as ProviderError {
            fault = error
        }
        let rows = context.database(database)
        try await rows.transaction { transaction in
            let store = ConnectionStateStore(rows: transaction, tenant: context.tenant)
            if let fault {
                try await store.noteError(fault.kind.rawValue, fault.detail, of: connection, in: transaction)
            } else {
                try await store.noteSuccess(at: .now(), hook: nil, of: connection, in: transaction)
            }
        }
        return OK(
            CallsAPI.ConnectionCheck(
                isWorking: fault == nil, code: fault?.kind.rawValue, detail: fault?.detail, checkedAt: .now()))
    }

    /// Sends itself a hook as the provider would, signed with the connection's own secret, takes it in like any other and
    /// leaves no call behind; the connection shows when that was.
    func test(_ context: RequestContext, _ path: PathID<ConnectionID>) async throws -> OK<CallsAPI.HookTest> {
        let (provider, connection) = try await open(path.id, context)
        guard let seat else { throw Failure(.unavailable) }
        let base = "/hooks/calls/\(provider.name)/\(connection.id)"
        let sample: HookSample
        do {
            let url = "\(context.scheme)://\(context.host)\(base)"
            guard let made = try provider.sample(connection, url: url, now: .now()) else {
                throw Failure(.conflict, "The connection has no secret to sign with.")
            }
            sample = made
        } catch let error as ProviderError {
            return OK(try await tested(HookTestResult(fault: error.detail), connection, context))
        }
        let id = HookID.make()
        let target = base + sample.rest
        let hook = ProviderHook(
            id: id, connection: connection.id, method: .post, target: target, headers: sample.headers,
            body: sample.body, url: "\(context.scheme)://\(context.host)\(target)", receivedAt: .now())
        var result = HookTestResult(body: String(decoding: sample.body, as: UTF8.self))
        do {
            try provider.verify(hook, connection)
            result.isVerified = true
            let trial = HookTrialStore(
                rows: context.database(database), agents: seat.agents, settings: context.settings)
            result.calls = try await trial.run(hook.payload, id, provider, connection)
        } catch let failure as Failure where failure.code == .invalidSignature {
            result.fault = "The hook is not signed with the connection's secret."
        } catch let error as ProviderError {
            result.fault = error.detail
        }
        return OK(try await tested(result, connection, context))
    }

    /// What became of a hook that was tried.
    private struct HookTestResult {
        var isVerified = false
        var body = ""
        var calls: [Call] = []
        var fault: String?
    }

    private func tested(
        _ result: HookTestResult, _ connection: InternalAPI.Connection, _ context: RequestContext
    ) async throws -> CallsAPI.HookTest {
        try await ConnectionStateStore(rows: context.database(database), tenant: context.tenant).noteTest(
            result.fault, of: connection)
        return CallsAPI.HookTest(
            isVerified: result.isVerified, body: result.body,
            calls: result.calls.map { call in
                .init(
                    externalID: call.externalID ?? "", direction: call.direction, from: call.from.wire,
                    to: call.to.wire, status: call.status, startedAt: call.startedAt)
            }, fault: result.fault)
    }

    func instructions(
        _ context: RequestContext, _ path: PathID<ConnectionID>
    ) async throws -> OK<CallsAPI.ConnectionInstructions> {
        let (provider, connection) = try await open(path.id, context)
        let url = "\(context.scheme)://\(context.host)/hooks/calls/\(provider.name)/\(connection.id)"
        return OK(
            CallsAPI.ConnectionInstructions(
                provider: provider.name, hookURL: url, steps: ConnectionInstructions.of(provider.name, url: url)))
    }

    /// Reads what came on some days again; rows that are as they should be stay as they are.
    func replay(
        _ context: RequestContext, _ path: PathID<ConnectionID>, _ body: Body<CallsAPI.ReplayHooks>
    ) async throws -> Accepted<CallsAPI.Replay> {
        let (_, connection) = try await open(path.id, context)
        let last = body.value.toDate ?? body.value.fromDate
        guard last >= body.value.fromDate else {
            throw Failure.invalid("/to_date", "out_of_range", "lies before from_date")
        }
        let count = try await context.database(database).transaction { transaction in
            let store = HookPayloadStore(rows: transaction, tenant: context.tenant)
            let found = try await store.replay(
                from: body.value.fromDate, to: last, zone: context.timeZone, of: connection.id)
            for id in found.connections { try await IngestHooksJob.enqueue(id, in: transaction) }
            return found.count
        }
        return Accepted(CallsAPI.Replay(payloads: count))
    }

    private func open(
        _ id: ConnectionID, _ context: RequestContext
    ) async throws -> (any CallProvider, InternalAPI.Connection) {
        guard let seat else { throw Failure(.unavailable) }
        let connection = try await seat.connections.connection(id, in: context.tenant)
        guard let provider = seat.providers[connection.provider] else { throw Failure(.notFound) }
        return (provider, connection)
    }
}
