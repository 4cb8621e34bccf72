import CPhoneNumber

/// What the numbering plans of libphonenumber say about a number.
package struct NumberPlan: Hashable, Sendable {
    /// The kinds that are treated apart.
    package enum Kind: Sendable, CaseIterable {
        /// No plan has such a number, or none yet.
        case unassigned
        case ordinary, mobile, tollFree, premium, sharedCost
        /// Pagers, voice over IP and the like.
        case other
    }

    /// ISO 3166-1 alpha-2; `001` for a number of no country, such as a satellite telephone's.
    package let country: String
    package let kind: Kind

    /// Nil when no country has the number's first digits.
    package init?(_ number: PhoneNumber) {
        var buffer = [CChar](repeating: 0, count: 8)
        var kind: CInt = 0
        let length = number.e164.utf8CString.withUnsafeBufferPointer { raw in
            switchboard_phone_region(raw.baseAddress, raw.count - 1, &buffer, buffer.count, &kind)
        }
        guard length > 0 else { return nil }
        country = String(decoding: buffer.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.kind =
            switch UInt32(kind) {
            case SWITCHBOARD_PHONE_ORDINARY.rawValue: .ordinary
            case SWITCHBOARD_PHONE_MOBILE.rawValue: .mobile
            case SWITCHBOARD_PHONE_TOLL_FREE.rawValue: .tollFree
            case SWITCHBOARD_PHONE_PREMIUM.rawValue: .premium
            case SWITCHBOARD_PHONE_SHARED_COST.rawValue: .sharedCost
            case SWITCHBOARD_PHONE_OTHER.rawValue: .other
            default: .unassigned
            }
    }

    /// Whether what is dialled in a country (ISO 3166-1 alpha-2) reaches the emergency services there.
    package static func isEmergency(_ text: String, in country: String) -> Bool {
        guard (1...20).contains(text.utf8.count) else { return false }
        return text.utf8CString.withUnsafeBufferPointer { raw in
            switchboard_phone_is_emergency(raw.baseAddress, raw.count - 1, country) == 1
        }
    }
}
