import PhoneNumbers
import Testing

@Suite struct PhoneNumberTests {
    @Test(arguments: [
        ("(415) 555-0123", "US", "+14155550123"), ("+44 20 7946 0018", "US", "+442079460018"),
        ("030 901820", "DE", "+4930901820"), ("02-123-4567", "TH", "+6621234567"),
        ("0044 20 7946 0018", "DE", "+442079460018"),
    ])
    func `a number is read as its country dials it`(text: String, country: String, expected: String) {
        #expect(PhoneNumber(text, country: country)?.e164 == expected)
    }

    @Test(arguments: ["", "1", "101", "anonymous", "sip:alice@example.com", String(repeating: "9", count: 60), "+0"])
    func `what cannot be a number is none`(text: String) {
        #expect(PhoneNumber(text, country: "US") == nil)
    }

    @Test func `a number's own digits stand behind its country's code`() throws {
        #expect(try #require(PhoneNumber("+442079460018", country: "US")).nationalDigits == "2079460018")
        #expect(try #require(PhoneNumber("030 901820", country: "DE")).nationalDigits == "30901820")
    }

    @Test func `printing a number does not show it`() throws {
        let number = try #require(PhoneNumber("+14155550123", country: "US"))
        #expect(!"\(number) \(String(reflecting: number))".contains("555"))
    }
}
