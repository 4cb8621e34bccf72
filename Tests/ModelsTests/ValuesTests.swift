import FoundationEssentials
import JSON
import Models
import Testing

@Suite struct ValuesTests {
    @Test(arguments: [
        ("2026-11-21T10:11:12Z", Int64(1_795_255_872_000_000)), ("1970-01-01T00:00:00.000Z", 0),
        ("1969-12-31T23:59:59.999Z", -1000), ("2026-11-21T15:56:12.5+05:45", 1_795_255_872_500_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000), ("2024-02-29T23:59:60Z", 1_709_251_200_000_000),
    ])
    func `an RFC 3339 instant is read exactly`(text: String, microseconds: Int64) throws {
        #expect(try Timestamp(jsonText: text).microseconds == microseconds)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21 10:11:12Z", "2026-02-29T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T10:11:12",
        "2026-11-21T10:11:12.Z", "2026-11-21T10:11:12.1234567890Z", "2026-13-01T00:00:00Z", "2026-11-21T10:11:12+24:00",
        "0000-01-01T00:00:00Z", "2026-11-21T10:11:12Zx",
    ])
    func `a malformed instant is refused`(text: String) {
        #expect(throws: JSONScalarError.self) { try Timestamp(jsonText: text) }
    }

    @Test func `instants survive the wire to the millisecond`() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let instant = Timestamp(
                milliseconds: .random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator))
            #expect(try Timestamp(jsonText: instant.jsonText) == instant)
        }
    }

    @Test func `days and dates convert both ways over four centuries`() {
        var previous = LocalDate(daysSince1970: -80_000)
        for days in -79_999...80_000 {
            let date = LocalDate(daysSince1970: days)
            #expect(date.daysSince1970 == days && previous < date)
            previous = date
        }
        #expect(LocalDate(daysSince1970: 0).isoWeekday == 4)
        #expect(LocalDate(daysSince1970: 20_778).jsonText == "2026-11-21")
    }

    @Test func `identifiers of one process grow`() {
        let made = (0..<10_000).map { _ in CallID.make() }
        #expect(made == made.sorted() && Set(made).count == made.count)
        #expect(made.allSatisfy { $0.jsonText.utf8.count == 36 && Array($0.jsonText.utf8)[14] == UInt8(ascii: "7") })
    }

    @Test func `an identifier's text is the one that others write`() {
        for _ in 0..<1000 {
            let uuid = UUID()
            #expect(uuid.text == uuid.uuidString.lowercased())
            #expect(UUID(high: uuid.halves.high, low: uuid.halves.low) == uuid)
        }
    }

    @Test func `the platform's id is the fixed one`() {
        #expect(TenantID.platform.jsonText == "00000000-0000-7000-8000-000000000000")
    }

    @Test(arguments: ["a@b.co", "ada.lovelace+sales@example.co.uk", "ünï@exämple.de"])
    func `an address is accepted`(text: String) throws {
        #expect(try EmailAddress(jsonText: text).text == text)
    }

    @Test(arguments: ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@.b", "a@b..c", "a@b\r\nBcc: x@y.z", "<a@b>"])
    func `a malformed address is refused`(text: String) {
        #expect(throws: JSONScalarError.self) { try EmailAddress(jsonText: text) }
    }

    @Test(arguments: ["ab", "-abc", "abc-", "Abc", "a_b_c", "admin", "api", "a.b.c"])
    func `a subdomain that cannot be is refused`(text: String) {
        #expect(throws: JSONScalarError.self) { try Subdomain(jsonText: text) }
    }
}

@Suite struct PercentCodeTests {
    @Test(arguments: [
        ("", ""), ("aZ09-._~", "aZ09-._~"), ("a b+c", "a%20b%2Bc"), ("ä€", "%C3%A4%E2%82%AC"),
        ("a/b?c=d&e", "a%2Fb%3Fc%3Dd%26e"),
        ("\u{0}\u{7F}", "%00%7F"), ("x,y:z@", "x%2Cy%3Az%40"),
    ])
    func `only what nobody gives a meaning to stays as it is, and reading gives the text again`(
        text: String, encoded: String
    ) {
        #expect(PercentCode.encode(text) == encoded)
        #expect(PercentCode.decode(encoded[...].utf8) == text)
    }

    @Test func `what is asked for is kept, and a form is pairs of names and values`() {
        #expect(PercentCode.encode("a,b c", keeping: ",") == "a,b%20c")
        #expect(PercentCode.form([("a b", "1&2"), ("a b", "ü")]) == "a%20b=1%262&a%20b=%C3%BC")
    }
}
