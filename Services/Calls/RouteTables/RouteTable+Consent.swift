import Models
import Web

extension RouteTable {
    /// Who may be contacted, what they have said, and what was decided.
    static func consent(_ routes: ConsentArea) -> [Route] {
        records(routes.consents, routes.types, routes.forms) + decisions(routes.decisions, routes.dashboard)
            + policy(routes.policy) + doNotCall(routes.doNotCall, routes.imports) + recording(routes.recording)
    }

    private static func records(
        _ consents: ConsentRoutes, _ types: ConsentTypeRoutes, _ forms: ConsentFormRoutes
    ) -> [Route] {
        [
            .get(
                "/api/v1/consent/records", "list_consents", .permission(.consentRead),
                "What people have said yes and no to", consents.list),
            .post(
                "/api/v1/consent/records", "create_consent", .permission(.consentRecord),
                "Write a consent down, with its proof", consents.create, .idempotent, .audited),
            .get(
                "/api/v1/consent/records/{id}", "get_consent", .permission(.consentRead), "A consent with its proof",
                consents.get),
            .post(
                "/api/v1/consent/revocations", "revoke_consent", .permission(.consentRecord),
                "Take consent back; what waits for the person is cancelled at once", consents.revoke, .idempotent,
                .audited),
            .get(
                "/api/v1/consent/types", "list_consent_types", .permission(.consentRecord, or: .consentRead),
                "The four types of consent and the tenant's own", types.list),
            .post(
                "/api/v1/consent/types", "create_consent_type", .permission(.consentWrite), "Add a type of one's own",
                types.create, .idempotent, .failures([.conflict]), .audited),
            .patch(
                "/api/v1/consent/types/{key}", "update_consent_type", .permission(.consentWrite),
                "Rename, change or retire a type of one's own", types.update, .audited),
            .post(
                "/api/v1/consent/links", "create_consent_link", .permission(.consentRecord),
                "A link to the page on which one person says no", forms.make),
            .get(
                "/api/v1/consent/forms/{token}", "show_consent_form", .public, "The page behind a consent link",
                forms.show, .contentTypes(["text/html"])),
            .post(
                "/api/v1/consent/forms/{token}", "send_consent_form", .public,
                "Say no: the page's form, and the button of mail programs", forms.send, .bodyLimit(16 << 10),
                .contentTypes(["application/x-www-form-urlencoded", "multipart/form-data"]), .failures([.rateLimited]),
                .audited),
        ]
    }

    private static func decisions(_ decisions: ContactDecisionRoutes, _ dashboard: ConsentDashboardRoutes) -> [Route] {
        [
            .post(
                "/api/v1/consent/checks", "check_contact", .permission(.consentRecord),
                "Whether somebody may be contacted, without a record of it", decisions.check),
            .get(
                "/api/v1/consent/decisions", "list_contact_decisions", .permission(.consentRead),
                "What was decided before each contact", decisions.list),
            .get(
                "/api/v1/consent/decisions/export", "export_contact_decisions", .permission(.consentWrite),
                "Decisions as a table", decisions.export, .contentTypes(["text/csv"])),
            .get(
                "/api/v1/consent/decisions/{id}", "get_contact_decision", .permission(.consentRead), "One decision",
                decisions.get),
            .get(
                "/api/v1/consent/dashboard", "get_consent_dashboard", .permission(.consentRead),
                "How the tenant stands with those whom it contacts", dashboard.get),
        ]
    }

    private static func policy(_ policy: ContactPolicyRoutes) -> [Route] {
        [
            .get(
                "/api/v1/consent/policy", "get_contact_policy", .permission(.consentRead),
                "How the tenant contacts people", policy.get),
            .put(
                "/api/v1/consent/policy", "put_contact_policy", .permission(.consentWrite),
                "Say how the tenant contacts people; it can stop everything at once", policy.put, .audited),
        ]
    }

    private static func doNotCall(_ list: DoNotCallRoutes, _ imports: DoNotCallImportRoutes) -> [Route] {
        [
            .get(
                "/api/v1/consent/do-not-call", "list_do_not_call", .permission(.consentRead),
                "Numbers that are not called", list.list),
            .post(
                "/api/v1/consent/do-not-call", "add_do_not_call", .permission(.consentRecord),
                "Put a number on the list; what waits for it is cancelled at once", list.add, .idempotent, .audited),
            .delete(
                "/api/v1/consent/do-not-call/{id}", "remove_do_not_call", .permission(.consentWrite),
                "Take a number off the list", list.remove, .audited),
            .get(
                "/api/v1/consent/do-not-call/export", "export_do_not_call", .permission(.consentWrite),
                "The list as a table", list.export, .contentTypes(["text/csv"])),
            .get(
                "/api/v1/consent/do-not-call/imports", "list_do_not_call_imports", .permission(.consentRead),
                "Files that were put on the list", imports.list),
            .post(
                "/api/v1/consent/do-not-call/imports", "import_do_not_call", .permission(.consentWrite),
                "Put a file of up to a million numbers on the list; the same one again changes nothing",
                imports.create, .bodyLimit(DoNotCallImportRoutes.sizeLimit), .contentTypes(["text/csv", "text/plain"]),
                .audited),
            .get(
                "/api/v1/consent/do-not-call/imports/{id}", "get_do_not_call_import", .permission(.consentRead),
                "What a file has come to", imports.get),
            .get(
                "/api/v1/consent/do-not-call/imports/{id}/report", "get_do_not_call_report", .permission(.consentRead),
                "The rows that were passed over, by their lines", imports.report, .contentTypes(["text/csv"])),
        ]
    }

    private static func recording(_ recording: RecordingConsentRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/{id}/recording/consent", "get_recording_consent",
                .permission(.callsReadAll, or: .callsReadOwn), "What let a call be recorded", recording.get),
            .put(
                "/api/v1/calls/{id}/recording/consent", "put_recording_consent", .permission(.callsWrite),
                "Write down that the other side knows of the recording, or has agreed or refused", recording.put,
                .audited),
        ]
    }

    /// The list of all tenants, at the platform's host.
    static func platformDoNotCall(_ list: DoNotCallRoutes, _ imports: DoNotCallImportRoutes) -> [Route] {
        [
            .get(
                "/api/v1/platform/do-not-call", "list_platform_do_not_call", .platform(.platformOperate),
                "Numbers that no tenant calls", list.list),
            .post(
                "/api/v1/platform/do-not-call", "add_platform_do_not_call", .platform(.platformOperate),
                "Put a number on the list of all tenants", list.add, .idempotent, .audited),
            .delete(
                "/api/v1/platform/do-not-call/{id}", "remove_platform_do_not_call", .platform(.platformOperate),
                "Take a number off the list of all tenants", list.remove, .audited),
            .post(
                "/api/v1/platform/do-not-call/imports", "import_platform_do_not_call", .platform(.platformOperate),
                "Put a file of numbers on the list of all tenants", imports.create,
                .bodyLimit(DoNotCallImportRoutes.sizeLimit), .contentTypes(["text/csv", "text/plain"]), .audited),
        ]
    }

    /// What the other services ask before they contact somebody.
    static func consentInternal(_ routes: ConsentArea) -> [Route] {
        [
            .post(
                "/internal/consent/decisions", "decide_contact", .service(.contactsDecide),
                "Whether somebody may be contacted now, on record", routes.decisions.decide),
            .get(
                "/internal/consent/records/{id}", "get_consent_internal", .service(.contactsDecide),
                "Whom a consent that has changed is about", routes.consents.getForService),
            .post(
                "/internal/consent/links", "create_consent_link_internal", .service(.contactsDecide),
                "A link to the page on which one person says no", routes.forms.make),
        ]
    }
}
