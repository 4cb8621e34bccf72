import Models
import Web

/// All routes of tenancy with their guards: the service's policy on one screen.
extension RouteTable {
    static func tenancy(
        signIn: SignInRoutes, tenants: TenantRoutes, invitations: InvitationRoutes, users: UserRoutes,
        keys: APIKeyRoutes,
        audit: AuditRoutes, signingKeys: SigningKeyRoutes
    ) -> RouteTable {
        RouteTable(
            .tenancy,
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

                .post(
                    "/api/v1/api-keys", "create_api_key", .permission(.apiKeysWrite), "Make an API key", keys.create,
                    .idempotent, .dangerous, .notWhileImpersonating),
                .get(
                    "/api/v1/api-keys", "list_api_keys", .permission(.apiKeysRead), "API keys, newest first", keys.list),
                .get("/api/v1/api-keys/{id}", "get_api_key", .permission(.apiKeysRead), "One API key", keys.get),
                .delete(
                    "/api/v1/api-keys/{id}", "revoke_api_key", .permission(.apiKeysWrite), "Revoke an API key",
                    keys.revoke),

                .post(
                    "/api/v1/platform/tenants", "create_tenant", .platform(.tenantsWrite), "Make a tenant",
                    tenants.create,
                    .idempotent, .failures([.subdomainTaken])),
                .get(
                    "/api/v1/platform/tenants", "list_tenants", .platform(.tenantsRead), "Tenants, newest first",
                    tenants.list),
                .get("/api/v1/platform/tenants/{id}", "get_tenant", .platform(.tenantsRead), "One tenant", tenants.get),
                .post(
                    "/api/v1/platform/tenants/{id}/suspend", "suspend_tenant", .platform(.tenantsSuspend),
                    "Suspend a tenant", tenants.suspend),
                .post(
                    "/api/v1/platform/tenants/{id}/resume", "resume_tenant", .platform(.tenantsSuspend),
                    "Resume a tenant", tenants.resume),

                .get("/api/v1/audit", "list_audit", .permission(.auditRead), "Who did what, newest first", audit.list),
                .get(
                    "/api/v1/platform/audit", "list_platform_audit", .platform(.auditRead),
                    "Who did what on the platform, newest first", audit.list),

                .get(
                    "/.well-known/jwks.json", "list_signing_keys", .public, "The keys that verify tokens",
                    signingKeys.list,
                    .allowedWhenSuspended),
            ])
    }

    static func tenancyInternal(
        serviceTokens: ServiceTokenRoutes, changes: ChangeFeedRoutes, keys: APIKeyRoutes, signingKeys: SigningKeyRoutes,
        entitlements: EntitlementRoutes
    ) -> RouteTable {
        RouteTable(
            .tenancy,
            [
                .post(
                    "/internal/service-tokens", "create_service_token", .unguarded, "A token for a service",
                    serviceTokens.create, .withoutTenant),
                .get(
                    "/internal/jwks.json", "list_signing_keys_internal", .unguarded, "The keys that verify tokens",
                    signingKeys.list, .withoutTenant),
                .get(
                    "/internal/changes", "stream_changes", .service(.changesRead), "The change feed", changes.stream,
                    .withoutTenant),
                .post(
                    "/internal/api-keys/exchange", "exchange_api_key", .service(.apiKeysExchange),
                    "A token for an API key", keys.exchange),
                .put(
                    "/internal/tenants/{id}/entitlements", "put_entitlements", .service(.entitlementsWrite),
                    "Set what a tenant may use", entitlements.put),
            ])
    }
}
