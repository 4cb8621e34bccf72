import Auth
import Crypto
import Models
import Postgres
import Web

/// A person's own passkeys.
struct PasskeyRoutes: Sendable {
    /// What W3C has named; others are passed over.
    private static let transports: Set<String> = ["usb", "nfc", "ble", "hybrid", "internal", "smart-card"]

    let database: Database
    let sites: RelyingPartyService
    let mail: MailQueue

    func list(_ context: RequestContext) async throws -> OK<Page<TenancyAPI.Passkey>> {
        let found = try await PasskeyStore(rows: context.database(database)).list(
            of: try context.user.userID, in: context.tenant)
        return OK(
            Page(
                data: found.map(\.wire), page: 1, limit: Passkey.most, total: found.count, totalIsExact: true,
                nextCursor: nil))
    }

    func begin(_ context: RequestContext) async throws -> OK<TenancyAPI.PasskeyRegistration> {
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let user = try await person(try context.user.userID, context)
        let party = try await sites.site(of: context)
        let present = try await PasskeyStore(rows: rows).list(of: user.id, in: context.tenant)
        guard present.count < Passkey.most else { throw PasskeyLifeStore.tooMany }
        let challenge = try await PasskeyChallengeStore(rows: rows).make(
            .register, for: user.id, address: context.clientAddress, in: context.tenant)
        guard let challenge else { throw Failure(.rateLimited) }
        return OK(
            TenancyAPI.PasskeyRegistration(
                challenge: Base64.url.encode(challenge),
                expiresIn: Int(PasskeyChallengeStore.life.components.seconds), rpID: party.id, rpName: party.name,
                userHandle: Base64.url.encode(user.id.bytes), userName: user.email, userDisplayName: user.name,
                algorithms: PasskeyKey.algorithms, exclude: present.map(\.descriptor))
        ).with(header: "Cache-Control", "no-store")
    }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreatePasskey>
    ) async throws -> Created<TenancyAPI.Passkey> {
        let rows = context.database(database)
        let wanted = body.value
        let user = try await person(try context.user.userID, context)
        let party = try await sites.site(of: context)
        let made: MadePasskey
        do {
            let client = try BrowserReport(try Base64.url.field(wanted.clientData, "/client_data"))
            let attestation = try Base64.url.field(wanted.attestation, "/attestation")
            guard
                try await PasskeyChallengeStore(rows: rows).use(
                    client.challenge, .register, by: user.id, in: context.tenant)
            else { throw Failure(.passkeyRefused, "The challenge is unknown, used or over; begin again.") }
            made = try MadePasskey(client, attestation: attestation, at: party)
        } catch let fault as PasskeyFault {
            throw Failure(.passkeyRefused, fault.detail)
        }
        let transports = (wanted.transports ?? []).filter(Self.transports.contains)
        let passkey = try await PasskeyLifeStore(database: rows).create(
            made, name: wanted.name, transports: transports, of: user, mail: mail, origin: try context.origin())
        return Created(passkey.wire, at: "/api/v1/auth/passkeys/\(passkey.id)")
    }

    func update(
        _ context: RequestContext, _ path: PathID<PasskeyID>, _ body: Body<TenancyAPI.UpdatePasskey>
    ) async throws -> OK<TenancyAPI.Passkey> {
        let renamed = try await PasskeyLifeStore(database: context.database(database)).rename(
            path.id, to: body.value.name, of: try context.user.userID, origin: try context.origin(), in: context.tenant)
        guard let renamed else { throw Failure(.notFound) }
        return OK(renamed.wire)
    }

    func remove(_ context: RequestContext, _ path: PathID<PasskeyID>) async throws -> NoContent {
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let removed = try await PasskeyLifeStore(database: rows).remove(
            path.id, of: try await person(try context.user.userID, context), mail: mail, origin: try context.origin())
        guard removed else { throw Failure(.notFound) }
        return NoContent()
    }

    /// For a person who has lost their devices; they are told by mail.
    func removeOfUser(_ context: RequestContext, _ path: PathID<UserID>) async throws -> NoContent {
        let rows = context.database(database)
        guard let user = try await UserStore(rows: rows).find(path.id, in: context.tenant) else {
            throw Failure(.notFound)
        }
        // An admin must not narrow the ways into an owner's account.
        try UserRules.check(try context.caller, over: user.role)
        try await RecentSignIn.checkPerson(context, rows)
        let removed = try await PasskeyLifeStore(database: rows).removeAll(
            of: user, mail: mail, origin: try context.origin())
        guard removed else { throw Failure(.notFound) }
        return NoContent()
    }

    private func person(_ id: UserID, _ context: RequestContext) async throws -> User {
        guard let found = try await UserStore(rows: context.database(database)).find(id, in: context.tenant) else {
            throw Failure(.invalidToken)
        }
        return found
    }
}

extension Passkey {
    var wire: TenancyAPI.Passkey {
        TenancyAPI.Passkey(id: id, name: name, isBackedUp: isBackedUp, createdAt: createdAt, lastUsedAt: lastUsedAt)
    }

    var descriptor: TenancyAPI.PasskeyRegistration.Descriptor {
        .init(id: Base64.url.encode(credentialID), transports: transports)
    }
}

extension Base64 {
    /// The bytes of a field; 422 names it when it is no base 64.
    func field(_ text: String, _ pointer: String) throws(Failure) -> [UInt8] {
        guard let bytes = decode(text) else {
            throw Failure.invalid(pointer, "invalid_format", "base64url without padding expected")
        }
        return bytes
    }
}
