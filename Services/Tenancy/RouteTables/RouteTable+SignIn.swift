import Models
import Web

extension RouteTable {
    /// Signing in, staying signed in and signing out.
    static func signIn(_ signIn: SignInRoutes, _ passwords: PasswordRoutes, _ sessions: SessionRoutes) -> [Route] {
        [
            .post(
                "/api/v1/auth/login", "sign_in", .public, "Sign in with a password", signIn.login,
                .allowedWhenSuspended,
                .failures([.invalidCredentials, .accountLocked, .secondFactorRequired, .invalidSecondFactor])),
            .post(
                "/api/v1/auth/refresh", "refresh_tokens", .public, "Renew the tokens of a session", signIn.refresh,
                .allowedWhenSuspended, .failures([.invalidToken, .refreshTokenReused])),
            .post(
                "/api/v1/auth/logout", "sign_out", .user, "End the session", signIn.logout, .allowedWhenSuspended),
            .post(
                "/api/v1/auth/invitations/accept", "accept_invitation", .public, "Accept an invitation and sign in",
                signIn.accept, .failures([.invalidInvitation, .emailTaken, .seatLimitReached, .weakPassword])),

            .post(
                "/api/v1/auth/password-resets", "request_password_reset", .public, "Ask for a link to a new password",
                passwords.requestReset, .allowedWhenSuspended),
            .post(
                "/api/v1/auth/password-resets/accept", "accept_password_reset", .public,
                "Set a new password by a link and sign in", signIn.acceptReset, .allowedWhenSuspended,
                .failures([.invalidInvitation, .weakPassword])),
            .post(
                "/api/v1/auth/password", "change_password", .user, "Set a new password", passwords.change,
                .notWhileImpersonating, .allowedWhenSuspended,
                .failures([.invalidCredentials, .accountLocked, .weakPassword])),
            .post(
                "/api/v1/auth/reauthenticate", "reauthenticate", .user, "Show once more who you are",
                passwords.reauthenticate, .notWhileImpersonating, .allowedWhenSuspended,
                .failures([.invalidCredentials, .accountLocked])),

            .get(
                "/api/v1/auth/sessions", "list_sessions", .user, "Where the person is signed in", sessions.list,
                .allowedWhenSuspended),
            .delete(
                "/api/v1/auth/sessions/{id}", "revoke_session", .user, "End one of the person's sessions",
                sessions.revoke, .allowedWhenSuspended),
            .post(
                "/api/v1/auth/sessions/revoke-others", "revoke_other_sessions", .user,
                "End all of the person's sessions but this one", sessions.revokeOthers, .allowedWhenSuspended),

        ]
    }

    /// A person's second factor.
    static func secondFactor(_ factors: SecondFactorRoutes) -> [Route] {
        [
            .get(
                "/api/v1/auth/second-factor", "get_second_factor", .user, "Whether the person has a second factor",
                factors.get, .allowedWhenSuspended),
            .post(
                "/api/v1/auth/second-factor", "begin_second_factor", .user, "Begin with an authenticator app",
                factors.begin, .notWhileImpersonating, .failures([.reauthenticationRequired, .conflict])),
            .post(
                "/api/v1/auth/second-factor/confirm", "confirm_second_factor", .user,
                "Show that the app works; from then on sign-in asks for it", factors.confirm, .notWhileImpersonating,
                .failures([.invalidSecondFactor, .conflict])),
            .post(
                "/api/v1/auth/second-factor/recovery-codes", "renew_recovery_codes", .user,
                "Other recovery codes in place of those before", factors.renewCodes, .notWhileImpersonating,
                .failures([.reauthenticationRequired])),
            .delete(
                "/api/v1/auth/second-factor", "remove_second_factor", .user, "Sign in without a second factor",
                factors.remove, .notWhileImpersonating, .failures([.reauthenticationRequired])),
            .delete(
                "/api/v1/users/{id}/second-factor", "remove_user_second_factor", .permission(.usersWrite),
                "Take the second factor of a person who has lost it", factors.removeOfUser, .notWhileImpersonating,
                .failures([.reauthenticationRequired])),
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
