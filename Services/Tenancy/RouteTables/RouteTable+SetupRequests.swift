import Models
import Web

extension RouteTable {
    /// Companies that ask for an account.
    static func setupRequests(_ requests: SetupRequestRoutes) -> [Route] {
        [
            .post(
                "/api/v1/setup-requests", "create_setup_request", .public, "Ask for an account",
                requests.create, .bodyLimit(65_536)),
            .post(
                "/api/v1/setup-requests/confirm", "confirm_setup_request", .public, "Confirm the address of a request",
                requests.confirm, .failures([.invalidInvitation])),
            .get(
                "/api/v1/platform/setup-requests", "list_setup_requests", .platform(.setupRequestsRead),
                "Requests for accounts, newest first", requests.list),
            .get(
                "/api/v1/platform/setup-requests/{id}", "get_setup_request", .platform(.setupRequestsRead),
                "One request for an account", requests.get),
            .post(
                "/api/v1/platform/setup-requests/{id}/approve", "approve_setup_request",
                .platform(.setupRequestsWrite), "Make the tenant that was asked for", requests.approve,
                .failures([.conflict, .subdomainTaken])),
            .post(
                "/api/v1/platform/setup-requests/{id}/refuse", "refuse_setup_request", .platform(.setupRequestsWrite),
                "Refuse a request with a reason", requests.refuse, .failures([.conflict])),
        ]
    }
}
