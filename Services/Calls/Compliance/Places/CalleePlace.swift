import Models
import PhoneNumbers

/// Where somebody may be when the telephone rings: every region and every zone that is possible.
///
/// A number tells where it was given out, an address where its owner lives; when they differ, both may be true, and what
/// is allowed must be allowed in both.
struct CalleePlace: Sendable, Hashable {
    /// A region with the zones in which the callee may be there.
    struct Part: Sendable, Hashable {
        /// `US-FL`, or `FR` where no law goes by smaller regions.
        var region: String
        var zones: [String]
    }

    /// ISO 3166-1 alpha-2; `001` for a number of no country.
    var country: String
    var parts: [Part]

    var regions: [String] {
        parts.map(\.region).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// What a caller knows of the callee's address.
    struct Known: Sendable, Hashable {
        var region: String?
        var postalCode: String?
        var timeZone: TimeZoneName?

        init(region: String? = nil, postalCode: String? = nil, timeZone: TimeZoneName? = nil) {
            self.region = region
            self.postalCode = postalCode
            self.timeZone = timeZone
        }
    }

    /// Nil when no numbering plan has the number.
    init?(of number: PhoneNumber, known: Known = Known()) {
        guard let plan = NumberPlan(number) else { return nil }
        country = plan.country
        let code = AreaCodes.code(of: number.e164)
        let region = code.flatMap(AreaCodes.region(of:)) ?? plan.country
        let zones = RegionZones.zones(ofNumber: number.e164) ?? RegionZones.zones(of: region)
        parts = [Part(region: region == "US" ? CallingHours.anyState : region, zones: zones ?? [])]
        add(known)
    }

    /// The place of somebody whose address alone is known; nil when nothing is.
    init?(known: Known) {
        parts = []
        country = ""
        add(known)
        guard let first = parts.first else { return nil }
        country = String(first.region.prefix(2))
    }

    private mutating func add(_ known: Known) {
        let stated = known.region ?? known.postalCode.flatMap(PostalCodes.state(of:))
        if let stated {
            let zones = known.timeZone.map { [$0.name] } ?? RegionZones.zones(of: stated)
            parts.append(Part(region: stated, zones: zones ?? RegionZones.zones(of: String(stated.prefix(2))) ?? []))
        } else if let zone = known.timeZone, let first = parts.first {
            parts.append(Part(region: first.region, zones: [zone.name]))
        }
    }
}
