/// A page of the own host that people go on to after they have signed in.
enum ReturnPath {
    private static let longest = 500

    /// Whether browsers read it as a path of the host that they are on, whatever it holds.
    static func isValid(_ path: String) -> Bool {
        let bytes = Array(path.utf8)
        guard bytes.count <= longest, bytes.first == UInt8(ascii: "/") else { return false }
        // `//host` and `/\host` are other hosts; browsers leave tabs and line breaks out before they look.
        guard bytes.count == 1 || bytes[1] != UInt8(ascii: "/") else { return false }
        return bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }
    }
}
