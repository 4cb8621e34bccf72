import Models
import PhoneNumbers
import Postgres

/// Gives calls to people, and says why.
struct AssignmentService: Sendable {
    /// Chooses somebody for a call of the transaction's tenant; `isFinal` gives them the call and keeps the reason.
    func assign(
        _ wish: AssignmentWish, isFinal: Bool = true, by decider: UserID? = nil, in transaction: Transaction
    ) async throws -> CallsAPI.Assignment {
        guard let tenant = transaction.tenant else { preconditionFailure("an assignment belongs to a tenant") }
        let store = AssignmentStore(tenant: tenant)
        let choice = try await store.choose(wish, isFinal: isFinal, transaction)
        let assignment = CallsAPI.Assignment(
            id: isFinal ? .make() : nil, callID: wish.callID, userID: choice.userID,
            reason: Self.reason(of: choice, wish), criteria: Self.criteria(choice, wish), candidates: choice.people,
            decidedBy: decider, createdAt: .now())
        guard isFinal else { return assignment }
        try await store.add(assignment, transaction)
        if let call = wish.callID, choice.userID != nil {
            try await CallAgentStore.publish(call, in: tenant, transaction)
        }
        return assignment
    }

    /// The weightiest criterion by which the chosen one differs from others who could have been.
    static func reason(of choice: AssignmentStore.Choice, _ wish: AssignmentWish) -> AssignmentReason {
        guard choice.userID != nil else { return .nobody }
        if !wish.skills.isEmpty, choice.hasSkills, choice.withSkills < choice.eligible { return .skills }
        if wish.language != nil, choice.speaks, choice.withLanguage < choice.eligible { return .language }
        if wish.postalCode != nil, choice.isInTerritory, choice.withTerritory < choice.eligible { return .territory }
        if choice.eligible == 1 {
            if wish.mustMatchSkills, choice.available > 1 { return .skills }
            if wish.mustMatchLanguage, choice.available > 1 { return .language }
            if choice.people > 1 { return .availability }
        }
        return choice.open < choice.mostOpen ? .load : .roundRobin
    }

    private static func criteria(
        _ choice: AssignmentStore.Choice, _ wish: AssignmentWish
    ) -> [CallsAPI.AssignmentCriterion] {
        let isChosen = choice.userID != nil
        return [
            .init(criterion: .availability, wanted: "now", met: isChosen, candidates: choice.available),
            .init(
                criterion: .skills, wanted: wish.skills.isEmpty ? nil : wish.skills.joined(separator: ","),
                met: isChosen && choice.hasSkills, candidates: choice.withSkills),
            .init(
                criterion: .language, wanted: wish.language, met: isChosen && choice.speaks,
                candidates: choice.withLanguage),
            .init(
                criterion: .territory, wanted: wish.postalCode, met: isChosen && choice.isInTerritory,
                candidates: choice.withTerritory),
            .init(
                criterion: .load, wanted: isChosen ? "\(choice.open)" : nil,
                met: isChosen && choice.open <= choice.mostOpen, candidates: choice.eligible),
        ]
    }
}
