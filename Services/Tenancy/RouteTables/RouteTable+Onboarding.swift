import Models
import Web

extension RouteTable {
    /// The wizard by which a new tenant sets itself up.
    static func onboarding(_ onboarding: OnboardingRoutes) -> [Route] {
        [
            .get(
                "/api/v1/onboarding", "get_onboarding", .permission(.settingsRead),
                "How far the tenant has come in setting itself up", onboarding.get),
            .put(
                "/api/v1/onboarding/steps/{step}", "settle_onboarding_step", .permission(.settingsWrite),
                "Do, skip or reopen a step; it is done once the server has found what it asks for", onboarding.settle,
                .failures([.conflict])),
            .put(
                "/api/v1/onboarding/phone-system", "choose_phone_system", .permission(.settingsWrite),
                "Say which phone system the tenant has", onboarding.choose),
            .post(
                "/hooks/tenancy/{provider}/{id}", "take_onboarding_hook", .public,
                "Take what a phone system sends to try its address", onboarding.takeWebhook, .allowedWhenSuspended,
                .foreignCredential, .hidden),
        ]
    }
}
