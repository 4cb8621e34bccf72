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
}
