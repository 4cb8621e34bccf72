import Events
import HTTP
import Models
import Postgres
import Web

/// Takes the hooks of phone systems: told ones are written down for a job, asked ones are answered.
struct HookRoutes: Sendable {
    let database: Database
    /// Nil where routes are only described.
    let connections: ConnectionClient?
    let providers: CallProviders
    /// Who answers what the adapters do not.
    var answers: [any HookAnswering] = []

    func take(_ context: RequestContext, _ hook: ProviderHook) async throws -> Raw {
        guard hook.id == nil else {
            try await HookReceiver.receive(hook, context, database, verify, store)
            return Raw(HTTPResponse(status: 204))
        }
        return Raw(try await answer(hook, context))
    }

    /// Throws unless the hook comes from the provider of the tenant's connection.
    private func verify(_ hook: ProviderHook, _ context: RequestContext) async throws {
        _ = try await verified(hook, context)
    }

    private func verified(
        _ hook: ProviderHook, _ context: RequestContext
    ) async throws -> (any CallProvider, InternalAPI.Connection) {
        guard let provider = providers[hook.path.provider], let connections else { throw Failure(.notFound) }
        let connection = try await connections.connection(hook.connection, in: context.tenant)
        guard connection.provider == provider.name, connection.isEnabled else { throw Failure(.notFound) }
        do {
            try provider.verify(hook, connection)
        } catch let failure as Failure where failure.code == .invalidSignature {
            try await noteRefusal(connection, context)
            throw failure
        }
        return (provider, connection)
    }

    private func store(_ hook: ProviderHook, _ transaction: Transaction) async throws {
        guard let tenant = transaction.tenant, let id = hook.id else { throw Failure(.badRequest) }
        try await HookPayloadStore(rows: transaction, tenant: tenant).add(
            hook.payload, of: hook.connection, at: hook.path.provider, id: id)
        try await IngestHooksJob.enqueue(hook.connection, in: transaction)
    }

    /// A forged or wrongly signed hook changes nothing, and shows at the connection.
    private func noteRefusal(_ connection: InternalAPI.Connection, _ context: RequestContext) async throws {
        try await context.database(database).transaction { transaction in
            try await ConnectionStateStore(rows: transaction, tenant: context.tenant).noteError(
                "invalid_signature", "A hook was not signed with the connection's secret.", of: connection,
                in: transaction)
        }
    }

    /// A question that also tells of a call is written down like what is told.
    private func keepAsked(
        _ hook: ProviderHook, _ provider: any CallProvider, _ connection: InternalAPI.Connection,
        _ context: RequestContext
    ) async throws {
        do {
            guard try !provider.reports(of: hook.payload, connection).isEmpty else { return }
        } catch {
            return
        }
        try await context.database(database).transaction { transaction in
            try await HookPayloadStore(rows: transaction, tenant: context.tenant).add(
                hook.payload, of: hook.connection, at: hook.path.provider, id: .make())
            try await IngestHooksJob.enqueue(hook.connection, in: transaction)
        }
    }

    /// What the provider waits for; without an answer of ours the gateway gives its own.
    private func answer(_ hook: ProviderHook, _ context: RequestContext) async throws -> HTTPResponse {
        let path = hook.path
        let ask = HookTable.ask(
            service: .calls, provider: Substring(path.provider), rest: path.rest.map { Substring($0) }[...],
            isGet: hook.method == .get, query: path.query)
        guard ask != nil else { throw Failure(.badRequest, "The hook did not come out of the inbox.") }
        let (provider, connection) = try await verified(hook, context)
        try await keepAsked(hook, provider, connection, context)
        let question = HookQuestion(payload: hook.payload, hookURL: hook.hookURL, tenant: context.tenant)
        for answer in answers where answer.providers.contains(provider.name) {
            if let response = try await answer.answer(question, connection, context) { return response }
        }
        guard let response = try provider.answer(question, connection) else { throw Failure(.unavailable) }
        return response
    }
}

/// Answers asked hooks out of the database: what to do with a call that comes in.
protocol HookAnswering: Sendable {
    /// For whose hooks.
    var providers: Set<String> { get }

    /// Nil for a question that is another's; it is verified already.
    func answer(
        _ question: HookQuestion, _ connection: InternalAPI.Connection, _ context: RequestContext
    ) async throws -> HTTPResponse?
}
