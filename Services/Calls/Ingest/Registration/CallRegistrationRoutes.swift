import Auth
import JSON
import Models
import Postgres
import Web

/// Registers a call at its provider before it begins, for a browser or a phone system of one's own to carry.
struct CallRegistrationRoutes: Sendable {
    let database: Database
    /// Nil where routes are only described.
    let seat: IngestSeat?

    func register(
        _ context: RequestContext, _ body: Body<CallsAPI.RegisterCall>
    ) async throws -> Created<CallsAPI.RegisteredCall> {
        guard let seat else { throw Failure(.unavailable) }
        let wanted = body.value
        let connection = try await seat.connections.connection(wanted.connectionID, in: context.tenant)
        guard let provider = seat.providers[connection.provider], connection.isEnabled else { throw Failure(.notFound) }
        if let metadata = wanted.metadata, let fault = CallMetadata.fault(of: metadata) {
            throw Failure.invalid("/metadata", fault.code, fault.detail)
        }
        let carried = try carried(by: wanted, context)
        let made: ProviderRegistration
        do {
            let found = try await provider.register(
                CallRegistration(isWeb: wanted.isWeb, from: wanted.from, to: wanted.to, metadata: carried), connection,
                seat.client)
            guard let found else { throw Failure(.conflict, "This provider does not register calls.") }
            made = found
        } catch let error as ProviderError {
            throw Failure(.upstreamUnavailable, error.detail)
        }
        let id = try await keep(made, connection, context)
        return Created(
            CallsAPI.RegisteredCall(
                callID: id, externalID: made.report.externalID, accessToken: made.accessToken,
                expiresAt: made.expiresAt), at: "/api/v1/calls/\(id)")
    }

    /// What comes back in every hook of the call.
    private func carried(by wanted: CallsAPI.RegisterCall, _ context: RequestContext) throws -> JSONText {
        var members: [JSONValue.Member] = [.init("tenant_id", .string(context.tenant.jsonText))]
        if let user = context.principal?.user { members.append(.init("user_id", .string(user.userID.jsonText))) }
        if let id = wanted.contactFormSubmissionID { members.append(.init("contact_form_submission_id", .string(id))) }
        if let id = wanted.widgetID { members.append(.init("widget_id", .string(id))) }
        if case .object(let more)? = try wanted.metadata?.decode(JSONValue.self) {
            members += more.filter { one in !members.contains { $0.name == one.name } }
        }
        return try JSONText(encoding: JSONValue.object(members))
    }

    private func keep(
        _ made: ProviderRegistration, _ connection: InternalAPI.Connection, _ context: RequestContext
    ) async throws -> CallID {
        guard let seat else { throw Failure(.unavailable) }
        let ids = try await context.database(database).transaction { transaction in
            let store = IngestStore(
                transaction: transaction, tenant: context.tenant, connection: connection, agents: seat.agents)
            return try await store.apply([.init(report: made.report, at: .now())])
        }
        guard let id = ids.first else { throw Failure(.internal) }
        return id
    }
}

/// A call that is to be registered.
struct CallRegistration: Sendable {
    var isWeb: Bool
    var from: String?
    var to: String?
    /// Comes back in every hook.
    var metadata: JSONText
}

/// What the provider gave for a registration.
struct ProviderRegistration: Sendable {
    var report: CallReport
    /// What a browser joins the call with; shown once and never kept.
    var accessToken: String?
    var expiresAt: Timestamp?
}
