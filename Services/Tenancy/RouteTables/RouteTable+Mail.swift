import Models
import Web

extension RouteTable {
    /// Whether letters go out.
    static func mail(_ mail: MailStateRoutes) -> [Route] {
        [
            .get(
                "/api/v1/settings/mail", "get_mail_state", .permission(.invitationsRead),
                "Whether letters go out; without a mail server links are handed over", mail.get,
                .failures([.upstreamTimeout, .upstreamUnavailable])),
            .get(
                "/api/v1/platform/settings/mail", "get_platform_mail_state", .platform(.settingsRead),
                "Whether letters go out", mail.get, .failures([.upstreamTimeout, .upstreamUnavailable])),
            .post(
                "/api/v1/platform/settings/mail/test", "send_test_mail", .platform(.settingsWrite),
                "Send oneself a letter at once; the answer is the mail server's own", mail.test,
                .failures([.upstreamTimeout, .upstreamUnavailable])),
        ]
    }
}
