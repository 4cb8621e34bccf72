import JSON
import Models
import PhoneNumbers
import Postgres
import Web

/// Takes a change of a profile in, whoever asks for it.
struct UserEditRoutes: Sendable {
    let database: Database

    func update(
        _ change: ProfileChange, of id: UserID, _ match: IfMatch, _ context: RequestContext
    ) async throws -> OK<TenancyAPI.User> {
        var change = change
        let rows = context.database(database)
        let country = context.knowledge.tenant(context.tenant)?.country ?? "US"
        var faults = change.normalise { PhoneNumber($0, country: country)?.e164 }
        if let zone = change.timeZone.value, zone != TimeZoneName.utc.name,
            try await !TenantStore(rows: rows).knowsTimeZone(zone)
        {
            faults.append(FieldError(pointer: "/time_zone", code: "not_allowed", detail: "unknown time zone"))
        }
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
        let user = try await UserEditLifeStore(database: rows).update(
            change, of: id, revision: match.version, by: try context.caller, origin: try context.origin(),
            in: context.tenant)
        guard let user else { throw Failure(.notFound) }
        return OK(try user.wire(), version: user.revision)
    }
}

extension ProfileChange.Change {
    init(_ patch: Patch<String>) {
        switch patch {
        case .absent: self = .stays
        case .null: self = .to(nil)
        case .value(let value): self = .to(value)
        }
    }

    init(_ patch: Patch<TimeZoneName>) {
        switch patch {
        case .absent: self = .stays
        case .null: self = .to(nil)
        case .value(let zone): self = .to(zone.name)
        }
    }
}
