import Auth
import Models
import Postgres
import Web

/// Decisions for the other services and for whoever wants to know beforehand.
struct ContactDecisionRoutes: Sendable {
    let database: Database
    let gate: ContactGate

    /// `POST /internal/consent/decisions`.
    func decide(
        _ context: RequestContext, _ body: Body<InternalAPI.ContactQuestion>
    ) async throws -> OK<InternalAPI.ContactDecision> {
        let asked = body.value
        try await TimeZoneStore.check(asked.timeZone, context.database(database))
        let question = ContactQuestion(
            asked.channel, asked.address, for: asked.purpose, isAutomated: asked.automated, by: asked.userID,
            reference: asked.reference,
            known: .init(region: asked.region, postalCode: asked.postalCode, timeZone: asked.timeZone),
            of: context.tenant, context.knowledge, askedBy: context.internalCaller ?? .calls)
        let decision = try await context.database(database).transaction { transaction in
            try await gate.decide(question, in: transaction)
        }
        return OK(
            InternalAPI.ContactDecision(
                id: decision.id, outcome: decision.outcome, reasons: decision.reasons, notBefore: decision.notBefore,
                address: decision.subject?.address))
    }

    /// `POST /api/v1/consent/checks`.
    func check(
        _ context: RequestContext, _ body: Body<CallsAPI.ContactCheck>
    ) async throws -> OK<CallsAPI.ContactCheckResult> {
        let asked = body.value
        try await TimeZoneStore.check(asked.timeZone, context.database(database))
        let question = ContactQuestion(
            asked.channel, asked.address, for: asked.purpose ?? .marketing, isAutomated: asked.automated ?? true,
            by: context.principal?.user?.userID,
            known: .init(region: asked.region, postalCode: asked.postalCode, timeZone: asked.timeZone),
            of: context.tenant, context.knowledge, at: asked.at ?? .now(), isRecorded: false)
        let decision = try await context.database(database).transaction { transaction in
            try await gate.decide(question, in: transaction)
        }
        return OK(
            CallsAPI.ContactCheckResult(
                outcome: decision.outcome, reasons: decision.reasons, notBefore: decision.notBefore,
                country: decision.place?.country, regions: decision.place?.regions ?? [],
                timeZones: (decision.place?.parts ?? []).flatMap(\.zones), recording: decision.recording))
    }

    /// Which decisions are listed.
    struct Choice: Codable, Sendable {
        /// A number as it is dialled, or an address of mail.
        var address: String?
        var outcome: ContactOutcome?
        var reason: ContactReasonCode?
        var channel: ContactChannel?
        var userID: UserID?
        /// What the contact was part of, such as `call/<id>`.
        var reference: String?
        /// The first and the last day, in the tenant's time zone.
        var fromDate: LocalDate?
        var toDate: LocalDate?
    }

    func list(
        _ context: RequestContext, _ query: Query<Choice>, _ paging: Paging<DecisionSort>
    ) async throws -> OK<Page<CallsAPI.ContactDecision>> {
        guard let filter = try await filter(query.value, context) else {
            return OK(
                paging.page([CallsAPI.ContactDecision](), total: 0, totalIsExact: true, position: position) { $0 })
        }
        let page = try await ContactDecisionStore.page(
            filter, RowOrderStore(paging), in: context.tenant, context.database(database))
        return OK(paging.page(page.rows, total: page.total, totalIsExact: page.isExact, position: position) { $0 })
    }

    private func position(_ decision: CallsAPI.ContactDecision) -> CursorPosition {
        CursorPosition(.timestamp(decision.at), decision.id)
    }

    /// Nil when the address is none, so that nothing can be found.
    private func filter(_ asked: Choice, _ context: RequestContext) async throws -> ContactDecisionStore.Filter? {
        var filter = ContactDecisionStore.Filter(
            outcome: asked.outcome, reason: asked.reason, channel: asked.channel, userID: asked.userID,
            reference: asked.reference, fromDate: asked.fromDate, toDate: asked.toDate, zone: context.timeZone)
        guard let address = asked.address else { return filter }
        guard let subject = ContactSubject(address, country: context.country) else { return nil }
        filter.hash = try await gate.hashing.hash(subject, of: context.tenant, context.database(database))
        return filter
    }

    func get(
        _ context: RequestContext, _ path: PathID<ContactDecisionID>
    ) async throws -> OK<CallsAPI.ContactDecision> {
        let found = try await ContactDecisionStore.find(path.id, in: context.tenant, context.database(database))
        guard let found else { throw Failure(.notFound) }
        return OK(found)
    }

    /// All decisions that the filter finds, as a table.
    func export(_ context: RequestContext, _ query: Query<Choice>) async throws -> Raw {
        let (tenant, rows) = (context.tenant, context.database(database))
        let filter = try await filter(query.value, context)
        var total = 0
        if let filter {
            total = try await ContactDecisionStore.page(
                filter, RowOrderStore(after: nil, limit: 1), in: tenant, rows
            ).total
        }
        try await TakingEvents.publish(.contactsExported, "contact_decisions", rows: total, by: context, database)
        let head = [
            "id", "at", "asked_by", "channel", "purpose", "automated", "address", "country", "regions", "user_id",
            "reference", "outcome", "reasons", "not_before", "consent_id", "policy_version",
        ]
        return CSVExport.answer("contact-decisions", head: head) { after, limit in
            guard let filter else { return [] }
            let page = try await ContactDecisionStore.page(
                filter, RowOrderStore(after: after, limit: limit), in: tenant, rows)
            return page.rows.map { (CursorPosition(.timestamp($0.at), $0.id), $0.cells) }
        }
    }
}

extension CallsAPI.ContactDecision {
    /// Its cells in a table.
    fileprivate var cells: [String] {
        [
            id.description, at.description, askedBy.rawValue, channel.rawValue, purpose.rawValue,
            automated ? "true" : "false", address ?? "", country ?? "", regions.joined(separator: " "),
            userID?.description ?? "", reference ?? "", outcome.rawValue,
            reasons.map(\.code.rawValue).joined(separator: " "), notBefore?.description ?? "",
            consentID?.description ?? "", "\(policyVersion)",
        ]
    }
}
