import Models
import Web

extension RouteTable {
    /// The people of a tenant.
    static func people(_ users: UserRoutes, _ invitations: InvitationRoutes) -> [Route] {
        [
            .get("/api/v1/users", "list_users", .permission(.usersRead), "The people of the tenant", users.list),
            .get("/api/v1/users/{id}", "get_user", .permission(.usersRead), "One person", users.get),
            .post(
                "/api/v1/invitations", "create_invitation", .permission(.invitationsWrite), "Invite a person",
                invitations.create, .idempotent, .notWhileImpersonating,
                .failures([.emailTaken, .seatLimitReached])),
            .get(
                "/api/v1/invitations", "list_invitations", .permission(.usersRead), "Invitations, newest first",
                invitations.list),
            .delete(
                "/api/v1/invitations/{id}", "revoke_invitation", .permission(.invitationsWrite),
                "Revoke an invitation",
                invitations.revoke),
        ]
    }
}
