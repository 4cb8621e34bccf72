import CPhoneNumber

/// A telephone number in E.164 form, such as `+14155550123`; printing it shows only its last two digits.
package struct PhoneNumber: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The full number.
    package let e164: String

    /// Reads a number as it would be dialled in a country (ISO 3166-1 alpha-2); nil when it cannot be one.
    ///
    /// The numbering plans are those of libphonenumber; a number has to be possible, not assigned.
    package init?(_ text: String, country: String) {
        // E.164 has 15 digits at most; what is far longer is no number, whatever stands between the digits.
        guard (2...64).contains(text.utf8.count) else { return nil }
        var buffer = [CChar](repeating: 0, count: 32)
        let length = text.utf8CString.withUnsafeBufferPointer { raw in
            switchboard_phone_e164(raw.baseAddress, raw.count - 1, country, &buffer, buffer.count)
        }
        guard length > 0 else { return nil }
        e164 = String(decoding: buffer.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The digits without the country's code, as people of the country know the number.
    package var nationalDigits: String {
        var buffer = [CChar](repeating: 0, count: 32)
        let length = e164.utf8CString.withUnsafeBufferPointer { raw in
            switchboard_phone_national(raw.baseAddress, raw.count - 1, &buffer, buffer.count)
        }
        return String(decoding: buffer.prefix(max(0, Int(length))).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    package var description: String { "[number …\(e164.suffix(2))]" }
    package var debugDescription: String { description }
}
