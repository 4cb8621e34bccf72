import Testing

@testable import HTTP

@Suite struct ByteClassTests {
    private static let alphanumeric = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)

    @Test func `token characters are those of RFC 9110`() {
        let expected = Self.alphanumeric.union("!#$%&'*+-.^_`|~".utf8)
        #expect(Set((0...255).map(UInt8.init).filter(ByteClass.isToken)) == expected)
    }

    @Test func `a target holds visible ASCII without delimiters`() {
        let expected = Set((0x21...0x7e).map(UInt8.init)).subtracting("\"<>\\^{}`#".utf8)
        #expect(Set((0...255).map(UInt8.init).filter(ByteClass.isTarget)) == expected)
    }

    @Test func `a host name holds letters, digits and four marks`() {
        let expected = Self.alphanumeric.union("-._~".utf8)
        #expect(Set((0...255).map(UInt8.init).filter(ByteClass.isHost)) == expected)
    }

    @Test func `a field value holds no control character but the tab`() {
        let expected = Set((0x20...0xff).map(UInt8.init)).union([0x09]).subtracting([0x7f])
        #expect(Set((0...255).map(UInt8.init).filter(ByteClass.isFieldValue)) == expected)
    }

    @Test func `only ASCII capitals change their case`() {
        for byte in (0...255).map(UInt8.init) {
            let isCapital = (0x41...0x5a).contains(byte)
            #expect(ByteClass.lowercase(byte) == (isCapital ? byte + 32 : byte))
        }
    }
}
