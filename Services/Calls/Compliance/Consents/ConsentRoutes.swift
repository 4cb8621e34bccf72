import Auth
import JSON
import Models
import Postgres
import Web

/// Consents over HTTP: what people have said yes and no to.
struct ConsentRoutes: Sendable {
    let database: Database
    let ledger: ConsentLedger

    /// Which consents are listed.
    struct Choice: Codable, Sendable {
        /// A number as it is dialled, or an address of mail.
        var address: String?
        var type: String?
        var state: ConsentState?
        var method: ConsentMethod?
    }

    func list(
        _ context: RequestContext, _ query: Query<Choice>, _ paging: Paging<ConsentSort>
    ) async throws -> OK<Page<CallsAPI.Consent>> {
        let asked = query.value
        var filter = ConsentStore.Filter(type: asked.type, state: asked.state, method: asked.method)
        if let address = asked.address {
            guard let subject = ContactSubject(address, country: context.country) else {
                return OK(paging.page([CallsAPI.Consent](), total: 0, totalIsExact: true, position: position) { $0 })
            }
            filter.hash = try await ledger.hashing.hash(subject, of: context.tenant, context.database(database))
        }
        let page = try await ConsentStore.page(
            filter, RowOrderStore(paging), in: context.tenant, context.database(database))
        return OK(
            paging.page(page.rows, total: page.total, totalIsExact: page.isExact, position: position) { $0 })
    }

    private func position(_ consent: CallsAPI.Consent) -> CursorPosition {
        CursorPosition(.timestamp(consent.createdAt), consent.id)
    }

    func get(_ context: RequestContext, _ path: PathID<ConsentID>) async throws -> OK<CallsAPI.Consent> {
        guard let found = try await ConsentStore.find(path.id, in: context.tenant, context.database(database)) else {
            throw Failure(.notFound)
        }
        return OK(found, version: found.version)
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateConsent>
    ) async throws -> Created<CallsAPI.Consent> {
        try context.requireLive()
        let asked = body.value
        let types = try await ConsentTypeStore.list(in: context.tenant, context.database(database))
        let subject = ContactSubject(asked.address, country: context.country)
        try check(asked, subject, types)
        guard let subject else { throw Failure(.validationFailed) }
        let made = try await context.database(database).transaction { transaction in
            try await ledger.grant(
                asked, to: subject, by: context.principal?.user?.userID, in: transaction, context.tenant)
        }
        return Created(made, at: "/api/v1/consent/records/\(made.id)", version: made.version)
    }

    private func check(
        _ asked: CallsAPI.CreateConsent, _ subject: ContactSubject?, _ types: ConsentTypes
    ) throws {
        var faults: [FieldError] = []
        func fault(_ pointer: String, _ code: String, _ detail: String) {
            faults.append(FieldError(pointer: pointer, code: code, detail: detail))
        }
        if subject == nil { fault("/address", "invalid_format", "a telephone number or an e-mail address expected") }
        let type = types.type(asked.type)
        if type == nil { fault("/type", "unknown", "There is no such type of consent.") }
        if type?.retiredAt != nil { fault("/type", "retired", "The type is given no more.") }
        if let type, let subject, !types.fitting(subject.kind).contains(where: { $0.key == type.key }) {
            fault("/type", "not_allowed", "The type is not about such an address.")
        }
        let grantedAt = asked.grantedAt ?? .now()
        if grantedAt > .now() + .seconds(60) { fault("/granted_at", "out_of_range", "It lies in the future.") }
        if let expiresAt = asked.expiresAt, expiresAt <= grantedAt {
            fault("/expires_at", "out_of_range", "It lies before the consent was given.")
        }
        for (pointer, url) in [("/recording_url", asked.recordingURL), ("/page_url", asked.pageURL)] {
            guard let url, !url.hasPrefix("https://"), !url.hasPrefix("http://") else { continue }
            fault(pointer, "invalid_format", "URL expected")
        }
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
    }

    func revoke(
        _ context: RequestContext, _ body: Body<CallsAPI.RevokeConsent>
    ) async throws -> OK<CallsAPI.ConsentRevocation> {
        try context.requireLive()
        let asked = body.value
        guard let subject = ContactSubject(asked.address, country: context.country) else {
            throw Failure.invalid("/address", "invalid_format", "a telephone number or an e-mail address expected")
        }
        let types = try await ConsentTypeStore.list(in: context.tenant, context.database(database))
        let known = Set(types.fitting(subject.kind).map(\.key))
        let faults = (asked.types ?? []).enumerated().filter { !known.contains($0.element) }.map {
            FieldError(
                pointer: "/types/\($0.offset)", code: "unknown", detail: "There is no such type of consent here.")
        }
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
        let no = ConsentLedger.No(
            method: asked.method ?? .api, types: asked.types, text: asked.text,
            userID: context.principal?.user?.userID, isForNumber: asked.doNotCall ?? false)
        let done = try await context.database(database).transaction { transaction in
            try await ledger.revoke(no, of: subject, in: transaction, context.tenant)
        }
        return OK(done)
    }

    /// What other services read after an event: whom a consent is about.
    func getForService(_ context: RequestContext, _ path: PathID<ConsentID>) async throws -> OK<CallsAPI.Consent> {
        try await get(context, path)
    }
}

extension RequestContext {
    /// Keys of tests must not change whom the tenant really contacts.
    func requireLive() throws {
        guard case .apiKey(let key)? = principal, key.mode == .test else { return }
        throw Failure(.forbidden, "Test keys change nothing about consent.")
    }
}
