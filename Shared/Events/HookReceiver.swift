package import HTTP
import Models
package import Postgres
package import Web

/// Takes providers' hooks out of the gateway's inbox, each once.
///
/// The gateway delivers a hook at least once, under one id, and in order of its connection. It tries again after a
/// failure of the service (5xx, 408, 429), and shows a hook that the service does not want (any other 4xx) as refused.
package enum HookReceiver {
    /// Verifies the raw bytes and the public URL; throws `invalidSignature`, or `notFound` for a connection that is none.
    package typealias Verification = @Sendable (ProviderHook, RequestContext) async throws -> Void
    /// What a service does with a hook, in the transaction of its receipt: state, or a job for what takes longer.
    package typealias Handler = @Sendable (ProviderHook, Transaction) async throws -> Void

    /// A route such as `/hooks/calls/twilio/{id}/status`; its database has `EventMigrations.receipts`.
    ///
    /// It stays open to a suspended tenant, and the Authorization field is the provider's.
    package static func route(
        _ method: HTTPMethod = .post, _ path: String, _ operationID: String, _ summary: String, _ database: Database,
        verify: @escaping Verification, _ handler: @escaping Handler
    ) -> Route {
        let take: @Sendable (RequestContext, ProviderHook) async throws -> NoContent = { context, hook in
            try await receive(hook, context, database, verify, handler)
            return NoContent()
        }
        switch method {
        case .get:
            return .get(path, operationID, .public, summary, take, .allowedWhenSuspended, .foreignCredential, .hidden)
        case .put:
            return .put(path, operationID, .public, summary, take, .allowedWhenSuspended, .foreignCredential, .hidden)
        default:
            return .post(path, operationID, .public, summary, take, .allowedWhenSuspended, .foreignCredential, .hidden)
        }
    }

    /// Takes one hook for a route of its own making, such as one that also answers hooks that are asked.
    package static func receive(
        _ hook: ProviderHook, _ context: RequestContext, _ database: Database, _ verify: Verification,
        _ handler: Handler
    ) async throws {
        guard let id = hook.id else {
            throw Failure(.badRequest, "The hook did not come out of the inbox.")
        }
        try await verify(hook, context)
        try await database.tenant(context.tenant).transaction { transaction in
            // A second delivery waits here for the first one's end.
            guard try await ReceiptStore.keep(id.uuid, of: context.tenant, in: transaction) else { return }
            try await handler(hook, transaction)
        }
    }
}
