import HTTP
import Models
import Postgres
import Web

/// Who sent a hook: throws `invalidSignature`, or `notFound` for a connection that is none.
typealias VoiceHookCheck = @Sendable (ProviderHook, CarrierProvider, TenantID) async throws -> Void

/// Answers carriers that ask what to do with an end of a call, and hears how the ends go.
///
/// The gateway gives the carrier a sentence of its own when this takes longer than the carrier waits.
struct VoiceHookRoutes: Sendable {
    let database: Database
    let check: VoiceHookCheck
    let addresses: TenantAddresses

    /// What a carrier asks, as a form; the answer is markup.
    func ask(_ provider: CarrierProvider) -> @Sendable (RequestContext, ProviderHook) async throws -> Raw {
        { context, hook in
            try await check(hook, provider, context.tenant)
            guard let form = FormFields(decoding: hook.body),
                let question = VoiceQuestion(form: form, query: Self.query(hook)),
                let urls = addresses.addresses(of: context.tenant, provider, hook.connection)
            else { throw Failure(.badRequest, "The form is no question about a call.") }
            let leg = try Self.participant(hook)
            let verbs = try await answer(question, leg, urls, context)
            return Raw(
                HTTPResponse(
                    status: 200, headers: ["Content-Type": "text/xml; charset=utf-8", "Cache-Control": "no-store"],
                    body: .bytes(Array(VoiceMarkup.response(verbs).utf8))))
        }
    }

    /// What a carrier tells of an end, in the transaction of its receipt.
    func tell(_ hook: ProviderHook, _ transaction: Transaction) async throws {
        guard let tenant = transaction.tenant, let leg = try Self.participant(hook),
            let form = FormFields(decoding: hook.body), let external = form["CallSid"],
            let status = form["CallStatus"].flatMap(CarrierCallStatus.init(rawValue:))
        else { throw Failure(.badRequest, "The form tells of no call.") }
        let store = LiveCallStore(transaction: transaction, tenant: tenant)
        guard let call = try await store.call(of: leg) else { return }
        _ = try await store.change(call) { live in
            guard live.attach(external, to: leg) else { return }
            live.report(status, of: leg, now: .now())
        }
    }

    private func answer(
        _ question: VoiceQuestion, _ leg: ParticipantID?, _ urls: VoiceAddresses, _ context: RequestContext
    ) async throws -> [VoiceMarkup] {
        try await database.tenant(context.tenant).transaction { transaction in
            let store = LiveCallStore(transaction: transaction, tenant: context.tenant)
            let inbound = InboundStore(
                transaction: transaction, tenant: context.tenant, connection: urls.connection,
                country: context.country, timeZone: context.timeZone, settings: context.settings)
            guard let leg else { return try await inbound.begin(question, urls) }
            guard let call = try await store.call(of: leg), let live = try await store.lock(call) else {
                return [.hangUp]
            }
            if live.call.direction == .inbound {
                return try await inbound.answer(question, about: leg, live, urls)
            }
            let line = try await LineStore(rows: transaction).line(
                for: live.control.callerID, source: urls.connection.jsonText, at: .now(), in: context.tenant)
            let words = VoiceWords(
                callee: live.control.language, line: line?.routing, tenant: context.settings[Settings.language])
            let answer = try await store.change(call) { live in
                live.answer(question, about: leg, plan: nil, words: words, urls: urls, now: .now())
            }
            return answer?.value ?? [.hangUp]
        }
    }

    private static func query(_ hook: ProviderHook) -> FormFields {
        guard let mark = hook.target.firstIndex(of: "?") else { return FormFields([]) }
        return FormFields(decoding: Array(hook.target[mark...].dropFirst().utf8)) ?? FormFields([])
    }

    private static func participant(_ hook: ProviderHook) throws -> ParticipantID? {
        guard let text = query(hook)["leg"] else { return nil }
        do { return try ParticipantID(jsonText: text) } catch { throw Failure(.notFound) }
    }
}
