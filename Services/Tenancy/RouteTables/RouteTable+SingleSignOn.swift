import Models
import Web

extension RouteTable {
    /// Signing in at the company's own provider, and setting it up.
    static func singleSignOn(_ settings: SingleSignOnRoutes, _ signIn: SingleSignOnSignInRoutes) -> [Route] {
        [
            .get(
                "/api/v1/auth/sso", "get_single_sign_on_offer", .public,
                "Whether people sign in at the company's provider", signIn.offer, .allowedWhenSuspended),
            .get(
                "/api/v1/auth/sso/start", "start_single_sign_on", .public,
                "Lead the browser to the company's provider", signIn.start, .allowedWhenSuspended,
                .contentTypes(["text/html"]), .failures([.rateLimited])),
            .get(
                "/api/v1/auth/sso/callback", "finish_single_sign_on", .public,
                "Take the browser back from the provider and sign in", signIn.finish, .allowedWhenSuspended,
                .contentTypes(["text/html"])),

            .get(
                "/api/v1/settings/sso", "get_single_sign_on", .permission(.settingsRead),
                "How people sign in at the company's provider", settings.get),
            .put(
                "/api/v1/settings/sso", "put_single_sign_on", .permission(.singleSignOnWrite),
                "Say how people sign in at the company's provider", settings.put, .dangerous, .notWhileImpersonating,
                .failures([.featureDisabled, .reauthenticationRequired])),
            .delete(
                "/api/v1/settings/sso", "remove_single_sign_on", .permission(.singleSignOnWrite),
                "Sign in without a provider", settings.remove, .dangerous, .notWhileImpersonating,
                .failures([.reauthenticationRequired])),
            .post(
                "/api/v1/settings/sso/check", "check_single_sign_on", .permission(.singleSignOnWrite),
                "Try the connection to the provider", settings.check, .notWhileImpersonating),
            .delete(
                "/api/v1/users/{id}/single-sign-on", "unlink_user_single_sign_on", .permission(.usersWrite),
                "Forget which account of the provider is a person's", settings.unlink, .notWhileImpersonating,
                .failures([.reauthenticationRequired])),
        ]
    }
}
