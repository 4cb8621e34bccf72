import Auth
import Crypto
import Models
import Postgres
import Web

/// A super admin acts as a tenant's owner: the platform's host gives a link, the tenant's host takes its code.
struct ImpersonationRoutes: Sendable {
    let database: Database
    let tokens: AccessTokens
    let links: InvitationLinks

    func create(
        _ context: RequestContext, _ path: PathID<TenantID>, _ body: Body<TenancyAPI.CreateImpersonation>
    ) async throws -> Created<TenancyAPI.CreatedImpersonation> {
        let impersonator = try context.user
        let rows = database.tenant(path.id)
        guard path.id != .platform, let tenant = try await TenantStore(rows: rows).find(path.id) else {
            throw Failure(.notFound)
        }
        guard tenant.status == .active else { throw Failure(.conflict, "The tenant is not active.") }
        try await RecentSignIn.check(context, context.database(database))
        if context.knowledge.effectiveSettings(of: tenant.id)[Settings.supportAccess] == .approval,
            try await !SupportRequestStore(rows: rows, tenant: tenant.id).isApproved(for: impersonator.userID)
        {
            throw Failure(.supportApprovalRequired)
        }
        let (id, code) = (ImpersonationID.make(), OpaqueToken.make(.impersonation))
        let expiresAt = Timestamp.now() + ImpersonationLifeStore.codeLife
        let owner = try await ImpersonationLifeStore(database: rows).create(
            id, by: impersonator.userID, digest: code.digest, expiresAt: expiresAt, reason: body.value.reason,
            origin: try context.origin(), in: tenant.id)
        guard let owner else { throw Failure(.conflict, "The tenant has no owner yet.") }
        let answer = TenancyAPI.CreatedImpersonation(
            id: id, url: links.url(of: code, subdomain: tenant.subdomain), userID: owner, expiresAt: expiresAt)
        return Created(answer, at: "/api/v1/platform/tenants/\(tenant.id)/impersonations/\(id)")
            .with(header: "Cache-Control", "no-store")
    }

    /// The token cannot be renewed; signing out ends it before its half hour is over.
    func exchange(
        _ context: RequestContext, _ body: Body<TenancyAPI.ExchangeImpersonation>, _ headers: RequestHeaders
    ) async throws -> OK<TenancyAPI.SignedIn> {
        let session = SessionID.make()
        guard let code = OpaqueToken(body.value.code, kind: .impersonation),
            let begun = try await ImpersonationLifeStore(database: context.database(database)).exchange(
                digest: code.digest, session: session, device: Device(context, headers, isCookie: false),
                origin: context.anonymousOrigin, in: context.tenant)
        else { throw Failure(.invalidToken) }
        return OK(
            TenancyAPI.SignedIn(
                accessToken: try tokens.issue(for: begun.user, session: session, impersonator: begun.impersonator),
                expiresIn: Int(TokenClaims.Life.impersonation.components.seconds), refreshToken: nil,
                user: try begun.user.wire())
        ).with(header: "Cache-Control", "no-store")
    }
}
