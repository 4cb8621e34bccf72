import Auth
import Models
import Postgres
import Web

/// What is left to do once a conversation is over: what it came to, and when to call again.
struct CallWrapUp: Sendable {
    let database: Database
    /// Puts a number on the do-not-call list and cancels what waits for it, in the same transaction.
    let ledger: ConsentLedger

    func run(
        _ wish: CallsAPI.WrapUp, on id: CallID, _ context: RequestContext, _ transaction: Transaction
    ) async throws {
        let tenant = context.tenant
        let store = LiveCallStore(transaction: transaction, tenant: tenant)
        guard let live = try await store.lock(id, reach: context.reach) else { throw Failure(.notFound) }
        guard live.isOver else { throw Failure(.conflict, "The call is not over.") }
        var disposition: Disposition?
        if let chosen = wish.dispositionID {
            disposition =
                try await CallOutcomeStore(transaction: transaction).set(
                    chosen, note: wish.note, on: id, by: context.principal?.user?.userID, reach: context.reach,
                    in: tenant
                ).disposition
        }
        let number = live.call.outsideNumber
        if disposition?.category == .doNotCall, let number, let subject = ContactSubject(number, country: "ZZ") {
            let no = ConsentLedger.No(
                method: .phoneCall, types: [BuiltInConsent.tcpaCall.rawValue],
                userID: context.principal?.user?.userID, isForNumber: true)
            _ = try await ledger.revoke(no, of: subject, in: transaction, tenant)
        } else if let due = wish.callBackAt, let number {
            guard due > .now() else { throw Failure.invalid("/call_back_at", "out_of_range", "lies in the past") }
            var entry = DialEntry(number)
            (entry.agentID, entry.purpose) = (live.call.agentID, live.control.purpose)
            (entry.notBefore, entry.reason, entry.priority) = (due, "call_back", 10)
            _ = try await DialQueueStore(rows: transaction, tenant: tenant).add([entry])
        }
        _ = try await store.change(id) { $0.control.isWrappedUp = true }
    }

    func finish(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.WrapUp>
    ) async throws -> NoContent {
        try await database.tenant(context.tenant).transaction { transaction in
            try await run(body.value, on: path.id, context, transaction)
        }
        return NoContent()
    }
}
