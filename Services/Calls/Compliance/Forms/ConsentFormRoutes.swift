import HTTP
import Models
import Postgres
import Web

/// The public page behind a consent link, and the making of such links.
struct ConsentFormRoutes: Sendable {
    /// How often an hour one address may send the form: a family behind one router does.
    private static let mostAnHour = 30

    let database: Database
    let ledger: ConsentLedger
    let links: ConsentLinks

    /// Which link.
    struct FormPath: Decodable, Sendable {
        var token: String
    }

    func make(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateConsentLink>
    ) async throws -> Created<CallsAPI.ConsentLink> {
        guard let subject = ContactSubject(body.value.address, country: context.country) else {
            throw Failure.invalid("/address", "invalid_format", "a telephone number or an e-mail address expected")
        }
        let link = try links.make(for: subject, in: context.tenant)
        let path = "/api/v1/consent/forms/\(link.token)"
        // Another service asks without a host: it knows its tenant's.
        let origin = context.internalCaller == nil ? "\(context.scheme)://\(context.host)" : ""
        return Created(CallsAPI.ConsentLink(url: origin + path, expiresAt: link.expiresAt), at: path, version: nil)
    }

    func show(_ context: RequestContext, _ path: Path<FormPath>, _ headers: RequestHeaders) async throws -> Raw {
        guard let subject = links.read(path.value.token, in: context.tenant) else { return try unknown(headers) }
        return Raw(ConsentFormPage.question(address: ConsentFormPage.masked(subject)))
    }

    /// The form itself, and what mail programs send for their button (RFC 8058): the body says nothing more.
    func send(
        _ context: RequestContext, _ path: Path<FormPath>, _ headers: RequestHeaders, _ body: RawBody
    ) async throws -> Raw {
        while try await body.next() != nil {}
        let rows = context.database(database)
        let sender = ContactSubject(kind: .email, address: "address:\(context.clientAddress)")
        let hash = try await ledger.hashing.hash(sender, of: context.tenant, rows)
        guard try await ConsentFormStore.count(hash, in: context.tenant, rows) <= Self.mostAnHour else {
            throw Failure(.rateLimited, headers: [(name: "Retry-After", value: "3600")])
        }
        guard let subject = links.read(path.value.token, in: context.tenant) else { return try unknown(headers) }
        let no = ConsentLedger.No(
            method: .webForm, ipAddress: context.clientAddress, text: "Do not contact me any more", isForNumber: true)
        _ = try await rows.transaction { transaction in
            try await ledger.revoke(no, of: subject, in: transaction, context.tenant)
        }
        return Raw(ConsentFormPage.done(address: ConsentFormPage.masked(subject)))
    }

    /// A page for people, and a problem for programs.
    private func unknown(_ headers: RequestHeaders) throws -> Raw {
        guard headers.headers["Accept"]?.contains("text/html") ?? false else { throw Failure(.notFound) }
        return Raw(ConsentFormPage.unknown)
    }
}
