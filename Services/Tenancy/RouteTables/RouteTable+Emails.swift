import Models
import Web

extension RouteTable {
    /// A person's address.
    static func emails(_ emails: EmailRoutes) -> [Route] {
        [
            .get("/api/v1/auth/email", "get_email", .user, "One's address, and the one that is to come", emails.get),
            .post(
                "/api/v1/auth/email/verification", "verify_email", .user, "Mail a link that verifies one's address",
                emails.startVerification, .notWhileImpersonating, .failures([.rateLimited])),
            .post(
                "/api/v1/auth/email/change", "change_email", .user,
                "Mail a link to another address, which then takes the place of one's own", emails.startChange,
                .notWhileImpersonating, .failures([.rateLimited, .reauthenticationRequired])),
            .delete(
                "/api/v1/auth/email/change", "withdraw_email_change", .user, "Keep the address after all",
                emails.withdraw),
            .post(
                "/api/v1/auth/email/confirm", "confirm_email", .public, "Follow the link of a letter", emails.confirm,
                .failures([.invalidInvitation, .emailTaken])),
        ]
    }
}
