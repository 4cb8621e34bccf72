/// Where an entry of the tape lies in its document, found when a fault is named and never before.
struct JSONPlace {
    /// JSON Pointer (RFC 6901); empty for the whole document.
    let pointer: String

    init(of target: Int, in handle: DecodingHandle) {
        var pointer = ""
        var index = 0
        // Walk down from the root into whichever value spans the target.
        while index != target {
            let entry = handle.entry(index)
            guard entry.kind == .object || entry.kind == .array else { break }
            var child = index + 1
            var position = 0
            var found = false
            while child < Int(entry.next) {
                let value = entry.kind == .object ? child + 1 : child
                let end = Int(handle.entry(value).next)
                if target < end {
                    pointer += "/" + (entry.kind == .object ? JSONPlace.escape(handle.text(child)) : String(position))
                    // The name itself is the target when a key is at fault.
                    index = target == child ? target : value
                    found = true
                    break
                }
                child = end
                position += 1
            }
            guard found else { break }
        }
        self.pointer = pointer
    }

    static func escape(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        var escaped = ""
        for character in name.unicodeScalars {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
