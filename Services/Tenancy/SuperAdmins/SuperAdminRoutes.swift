import Auth
import Crypto
import Models
import Postgres
import Web

/// The platform's own people: who they are, what each may work in, who comes and who goes.
struct SuperAdminRoutes: Sendable {
    let database: Database
    let links: InvitationLinks
    let mail: MailQueue

    func list(
        _ context: RequestContext, _ paging: Paging<UserRoutes.Order>
    ) async throws -> OK<Page<TenancyAPI.SuperAdmin>> {
        let rows = context.database(database)
        let found = try await SuperAdminStore(rows: rows).list(RowPage(paging))
        let total = try await UserStore(rows: rows).count(bound: 10_001, in: context.tenant)
        return OK(
            try paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { try $0.superAdmin() })
    }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateSuperAdmin>
    ) async throws -> Created<TenancyAPI.CreatedInvitation> {
        let wanted = body.value
        let creator = try context.user
        try checkGift(wanted.areas ?? PlatformArea.allCases, creator)
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let token = OpaqueToken.make(.invitation)
        let url = links.url(of: token, subdomain: Subdomain.admin.label)
        let expiresAt = Timestamp.now() + Invitation.life
        let inviter = try await UserStore(rows: rows).find(creator.userID, in: .platform)?.name
        let letter = Letter.invitation(
            to: wanted.email, name: wanted.name, into: try await TenantStore(rows: rows).find(.platform), by: inviter,
            url: url, expiresAt: expiresAt)
        let made = try await InvitationLifeStore(database: rows).create(
            .make(), email: wanted.email, name: wanted.name, role: .superAdmin, areas: wanted.areas,
            digest: token.digest, createdBy: creator.userID, expiresAt: expiresAt, letter: letter, mail: mail,
            origin: try context.origin(), in: .platform)
        return Created(
            TenancyAPI.CreatedInvitation(
                id: made.id, email: wanted.email, role: made.role, token: token.reveal(), url: url,
                expiresAt: made.expiresAt),
            at: "/api/v1/invitations/\(made.id)")
    }

    func update(
        _ context: RequestContext, _ path: PathID<UserID>, _ body: Body<TenancyAPI.UpdateSuperAdmin>
    ) async throws -> OK<TenancyAPI.SuperAdmin> {
        try checkGift(body.value.areas, try context.user)
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let user = try await SuperAdminLifeStore(database: rows).setAreas(
            body.value.areas, of: path.id, origin: try context.origin())
        guard let user else { throw Failure(.notFound) }
        return OK(try user.superAdmin())
    }

    func remove(_ context: RequestContext, _ path: PathID<UserID>) async throws -> NoContent {
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let removed = try await SuperAdminLifeStore(database: rows).remove(path.id, origin: try context.origin())
        guard removed else { throw Failure(.notFound) }
        return NoContent()
    }

    /// Whoever is kept out of an area lets nobody into it, themselves included.
    private func checkGift(_ areas: [PlatformArea], _ giver: UserPrincipal) throws(Failure) {
        guard areas.allSatisfy({ $0.permissions.isSubset(of: giver.permissions) }) else {
            throw Failure(.forbidden, "Only areas of one's own can be given.")
        }
    }
}

extension User {
    func superAdmin() throws -> TenancyAPI.SuperAdmin {
        TenancyAPI.SuperAdmin(
            id: id, email: try EmailAddress(jsonText: email), name: name, status: status,
            areas: areas ?? PlatformArea.allCases, createdAt: createdAt, lastSignInAt: lastSignInAt)
    }
}
