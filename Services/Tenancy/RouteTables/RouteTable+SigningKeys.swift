import Models
import Web

extension RouteTable {
    /// The keys that sign tokens.
    static func signingKeys(_ keys: SigningKeyRotationRoutes) -> [Route] {
        [
            .get(
                "/api/v1/platform/signing-keys", "list_platform_signing_keys", .platform(.platformOperate),
                "The keys that sign tokens, youngest first", keys.list),
            .post(
                "/api/v1/platform/signing-keys", "rotate_signing_key", .platform(.platformOperate),
                "Make the next key now; it signs in an hour", keys.rotate, .dangerous,
                .failures([.reauthenticationRequired])),
            .delete(
                "/api/v1/platform/signing-keys/{id}", "withdraw_signing_key", .platform(.platformOperate),
                "Take a key out of use at once, and void its tokens", keys.withdraw, .dangerous,
                .failures([.reauthenticationRequired])),
        ]
    }
}
