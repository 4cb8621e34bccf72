/// The two spellings of a property's name.
package enum JSONKeyName {
    /// `externalID` to `external_id`, `segmentIDs` to `segment_ids`, `sha256` to itself.
    ///
    /// A capital begins a word when a small letter or a digit stands before it, or when it is the last capital of a run
    /// that a small letter follows, other than the plural `s` at the end of a word.
    package static func wire(_ name: String) -> String {
        let bytes = Array(name.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 4)
        for (index, byte) in bytes.enumerated() {
            guard isCapital(byte) else {
                result.append(byte)
                continue
            }
            let previous = index > 0 ? bytes[index - 1] : nil
            let next = index + 1 < bytes.count ? bytes[index + 1] : nil
            let endsPlural = next == UInt8(ascii: "s") && (index + 2 == bytes.count || isCapital(bytes[index + 2]))
            let followsSmall = previous.map { !isCapital($0) && $0 != UInt8(ascii: "_") } ?? false
            let startsWord =
                (previous.map(isCapital) ?? false) && (next.map { !isCapital($0) && $0 >= 97 && $0 <= 122 } ?? false)
                && !endsPlural
            if followsSmall || startsWord { result.append(UInt8(ascii: "_")) }
            result.append(byte | 0x20)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isCapital(_ byte: UInt8) -> Bool { byte >= 65 && byte <= 90 }
}
