import Models
import Web

extension RouteTable {
    /// Signing in with a passkey, and a person's own passkeys.
    static func passkeys(_ passkeys: PasskeyRoutes, _ signIn: PasskeySignInRoutes) -> [Route] {
        [
            .post(
                "/api/v1/auth/passkeys/sign-in-options", "begin_passkey_sign_in", .public,
                "What a passkey has to sign for a sign-in", signIn.begin, .allowedWhenSuspended,
                .failures([.rateLimited])),
            .post(
                "/api/v1/auth/passkeys/sign-in", "sign_in_with_passkey", .public, "Sign in with a passkey",
                signIn.signIn, .allowedWhenSuspended, .failures([.invalidPasskey, .accountLocked])),
            .post(
                "/api/v1/auth/reauthenticate/passkey-options", "begin_passkey_reauthentication", .user,
                "What a passkey has to sign to show once more who you are", signIn.beginAgain, .notWhileImpersonating,
                .allowedWhenSuspended, .failures([.rateLimited])),
            .post(
                "/api/v1/auth/reauthenticate/passkey", "reauthenticate_with_passkey", .user,
                "Show once more who you are, with a passkey", signIn.reauthenticate, .notWhileImpersonating,
                .allowedWhenSuspended, .failures([.invalidPasskey, .accountLocked])),

            .get(
                "/api/v1/auth/passkeys", "list_passkeys", .user, "The person's passkeys", passkeys.list,
                .allowedWhenSuspended),
            .post(
                "/api/v1/auth/passkeys/registration-options", "begin_passkey", .user, "What to make a passkey from",
                passkeys.begin, .notWhileImpersonating,
                .failures([.reauthenticationRequired, .conflict, .rateLimited])),
            .post(
                "/api/v1/auth/passkeys", "create_passkey", .user, "Register a passkey", passkeys.create,
                .notWhileImpersonating, .failures([.passkeyRefused, .conflict])),
            .patch(
                "/api/v1/auth/passkeys/{id}", "update_passkey", .user, "Rename a passkey", passkeys.update,
                .notWhileImpersonating),
            .delete(
                "/api/v1/auth/passkeys/{id}", "remove_passkey", .user, "Remove a passkey", passkeys.remove,
                .notWhileImpersonating, .failures([.reauthenticationRequired])),
            .delete(
                "/api/v1/users/{id}/passkeys", "remove_user_passkeys", .permission(.usersWrite),
                "Take the passkeys of a person who has lost them", passkeys.removeOfUser, .notWhileImpersonating,
                .failures([.reauthenticationRequired])),
        ]
    }
}
