import Events
import Models
import Web

extension RouteTable {
    /// What phone systems call; who may is what their signatures say.
    static func hooks(_ hooks: HookRoutes) -> [Route] {
        let paths = ["", "/{kind}", "/{kind}/{detail}"].map { "/hooks/calls/{provider}/{id}\($0)" }
        return paths.enumerated().flatMap { number, path in
            [
                .post(
                    path, "take_provider_hook_\(number)", .public, "Take what a phone system tells or asks", hooks.take,
                    .allowedWhenSuspended, .foreignCredential, .hidden),
                .get(
                    path, "take_provider_call_\(number)", .public, "Take what a phone system tells by GET", hooks.take,
                    .allowedWhenSuspended, .foreignCredential, .hidden),
            ]
        }
    }
}
