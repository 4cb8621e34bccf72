import Models
import Web

extension RouteTable {
    /// Signing in, staying signed in and signing out.
    static func signIn(_ signIn: SignInRoutes) -> [Route] {
        [
            .post(
                "/api/v1/auth/login", "sign_in", .public, "Sign in with a password", signIn.login,
                .allowedWhenSuspended,
                .failures([.invalidCredentials, .accountLocked])),
            .post(
                "/api/v1/auth/refresh", "refresh_tokens", .public, "Renew the tokens of a session", signIn.refresh,
                .allowedWhenSuspended, .failures([.invalidToken, .refreshTokenReused])),
            .post(
                "/api/v1/auth/logout", "sign_out", .user, "End the session", signIn.logout, .allowedWhenSuspended),
            .post(
                "/api/v1/auth/invitations/accept", "accept_invitation", .public, "Accept an invitation and sign in",
                signIn.accept, .failures([.invalidInvitation, .emailTaken, .seatLimitReached])),
        ]
    }

    /// What anybody may read.
    static func published(_ signingKeys: SigningKeyRoutes) -> [Route] {
        [
            .get(
                "/.well-known/jwks.json", "list_signing_keys", .public, "The keys that verify tokens",
                signingKeys.list,
                .allowedWhenSuspended)
        ]
    }
}
