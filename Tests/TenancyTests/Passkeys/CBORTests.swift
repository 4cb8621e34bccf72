import Crypto
import Testing

@testable import Tenancy

struct CBORTests {
    private func read(_ hex: String) throws -> CBOR {
        try CBOR.read(try #require(Hex.decode(hex)))
    }

    @Test func `the examples of RFC 8949 that authenticators may write are read`() throws {
        #expect(try read("00") == .integer(0))
        #expect(try read("17") == .integer(23))
        #expect(try read("1818") == .integer(24))
        #expect(try read("1903e8") == .integer(1000))
        #expect(try read("1a000f4240") == .integer(1_000_000))
        #expect(try read("1b000000e8d4a51000") == .integer(1_000_000_000_000))
        #expect(try read("20") == .integer(-1))
        #expect(try read("3903e7") == .integer(-1000))
        #expect(try read("f4") == .bool(false) && read("f5") == .bool(true) && read("f6") == .null)
        #expect(try read("4401020304") == .bytes([1, 2, 3, 4]))
        #expect(try read("62c3bc") == .text("ü"))
        #expect(try read("83010203") == .array([.integer(1), .integer(2), .integer(3)]))
        let map = try read("a26161016162820203")
        #expect(map["a"] == .integer(1) && map["b"] == .array([.integer(2), .integer(3)]) && map["c"] == nil)
        #expect(try read("a201020304")[3] == .integer(4))
    }

    @Test(arguments: [
        // Longer than they must be.
        "1817", "190017", "1900ff", "1a0000ffff", "1b00000000ffffffff", "5801ff", "780161",
        // Indefinite lengths, tags, floats, unknown simple values, reserved heads.
        "5f42010243030405ff", "9fff", "bfff", "c074323031332d30332d32315432303a30343a30305a", "f97e00", "fa47c35000",
        "f7",
        "f0", "f818", "1c", "1f", "ff",
        // Cut short, or counts that nothing backs.
        "", "18", "19 01", "42ff", "63ffff", "82 01", "a1 01", "9a7fffffff", "9b7fffffffffffffff", "bb7fffffffffffffff",
        "5b7fffffffffffffff", "1bffffffffffffffff", "3bffffffffffffffff",
        // A text that is not UTF-8, a key that stands twice, a key that is no name, something left over, too deep.
        "61ff", "a2010a010b", "a2616101616102", "a1410101", "0000", "818181818181818100",
    ])
    func `what they may not write is refused`(hex: String) throws {
        let bytes = try #require(Hex.decode(hex.filter { $0 != " " }))
        #expect(throws: CBOR.Fault.self) { try CBOR.read(bytes) }
    }

    @Test func `no bytes crash the reader`() throws {
        // Deterministic, so that a failure can be looked at again.
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        var read = 0
        for _ in 0..<20_000 {
            let bytes = (0..<Int(next() % 40)).map { _ in next() }
            do {
                _ = try CBOR.readPrefix(bytes[...])
                read += 1
            } catch {}
        }
        #expect(read > 1000)
    }
}
