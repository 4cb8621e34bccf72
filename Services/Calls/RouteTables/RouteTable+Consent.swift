import Models
import Web

extension RouteTable {
    /// Who may be contacted.
    static func consent(_ decisions: ContactDecisionRoutes) -> [Route] {
        [
            .post(
                "/api/v1/consent/checks", "check_contact", .permission(.consentRecord),
                "Whether somebody may be contacted, without a record of it", decisions.check)
        ]
    }

    /// What the other services ask before they contact somebody.
    static func consentInternal(_ decisions: ContactDecisionRoutes) -> [Route] {
        [
            .post(
                "/internal/consent/decisions", "decide_contact", .service(.contactsDecide),
                "Whether somebody may be contacted now, on record", decisions.decide)
        ]
    }
}
