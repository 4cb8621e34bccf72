import Models
import Web

extension RouteTable {
    /// The people of a tenant.
    static func people(_ users: UserRoutes, _ profile: ProfileRoutes, _ departures: DepartureRoutes) -> [Route] {
        [
            .get(
                "/api/v1/users", "list_users", .permission(.usersRead, or: .usersReadOwn),
                "The people of the tenant; agents see themselves, unless the tenant shows everybody to them",
                users.list),
            .get("/api/v1/users/{id}", "get_user", .permission(.usersRead, or: .usersReadOwn), "One person", users.get),
            .patch(
                "/api/v1/users/{id}", "update_user", .permission(.usersWrite), "Change a person's profile",
                users.update),
            .put(
                "/api/v1/users/{id}/role", "set_user_role", .permission(.usersWrite),
                "Give a person another role; only an owner makes owners", users.setRole, .dangerous,
                .failures([.lastOwner, .reauthenticationRequired])),
            .post(
                "/api/v1/users/{id}/ownership", "transfer_ownership", .permission(.ownershipTransfer),
                "Make a person the owner in one's own place", users.transferOwnership, .dangerous,
                .notWhileImpersonating, .failures([.conflict, .reauthenticationRequired])),
            .post(
                "/api/v1/users/{id}/deactivate", "deactivate_user", .permission(.usersWrite),
                "Keep a person out at once and hand their open work over", departures.deactivate, .dangerous,
                .failures([.conflict, .lastOwner, .reauthenticationRequired])),
            .post(
                "/api/v1/users/{id}/reactivate", "reactivate_user", .permission(.usersWrite),
                "Let a person in again", departures.reactivate, .failures([.seatLimitReached])),
            .delete(
                "/api/v1/users/{id}", "delete_user", .permission(.usersWrite),
                "Move a deactivated person to the bin, whence they are erased after the days of the bin",
                departures.delete,
                .dangerous, .notWhileImpersonating, .failures([.conflict, .reauthenticationRequired])),
            .post(
                "/api/v1/users/{id}/restore", "restore_user", .permission(.usersWrite),
                "Take a person out of the bin", departures.restore),
            .post(
                "/api/v1/users/{id}/password-reset", "create_user_password_reset", .permission(.usersWrite),
                "A link to a new password, mailed to the person or shown once", departures.createPasswordReset,
                .dangerous, .notWhileImpersonating, .failures([.conflict, .reauthenticationRequired])),
            .get(
                "/api/v1/users/{id}/notification-preferences", "get_user_notifications", .permission(.usersWrite),
                "How a person is told of what", profile.notifications(of:_:)),
            .put(
                "/api/v1/users/{id}/notification-preferences", "set_user_notifications", .permission(.usersWrite),
                "Set how a person is told of what", profile.setNotifications(of:_:_:)),

            .get("/api/v1/users/me", "get_profile", .user, "Oneself", profile.get),
            .patch("/api/v1/users/me", "update_profile", .user, "Change one's own profile", profile.update),
            .get(
                "/api/v1/users/me/notification-preferences", "get_notifications", .user,
                "How one is told of what", profile.notifications(_:)),
            .put(
                "/api/v1/users/me/notification-preferences", "set_notifications", .user,
                "Set how one is told of what", profile.setNotifications(_:_:)),
        ]
    }

    /// Who is to come.
    static func invitations(_ invitations: InvitationRoutes) -> [Route] {
        [
            .post(
                "/api/v1/invitations", "create_invitation", .permission(.invitationsWrite), "Invite a person",
                invitations.create, .idempotent, .notWhileImpersonating,
                .failures([.emailTaken, .seatLimitReached])),
            .get(
                "/api/v1/invitations", "list_invitations", .permission(.invitationsRead),
                "Invitations, newest first", invitations.list),
            .get(
                "/api/v1/invitations/{id}", "get_invitation", .permission(.invitationsRead), "One invitation",
                invitations.get),
            .post(
                "/api/v1/invitations/{id}/resend", "resend_invitation", .permission(.invitationsWrite),
                "Another link for the same person, mailed or to be copied; the one before is void",
                invitations.resend, .notWhileImpersonating, .failures([.conflict, .seatLimitReached, .rateLimited])),
            .delete(
                "/api/v1/invitations/{id}", "revoke_invitation", .permission(.invitationsWrite),
                "Revoke an invitation", invitations.revoke),
        ]
    }
}
