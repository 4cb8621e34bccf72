import JSON
import Models
import Testing

@testable import Calls

struct FormatTests {
    @Test func `a form is read as it was written, and a broken one not at all`() throws {
        let form = try #require(FormFields(decoding: Array("a=1&b=%2B15+5&a=2&c&d=&e=%C3%A9".utf8)))
        #expect(form.fields.map(\.name) == ["a", "b", "a", "c", "d", "e"])
        #expect(form.fields.map(\.value) == ["1", "+15 5", "2", "", "", "é"])
        #expect(form["a"] == "1" && form["d"] == nil && form["x"] == nil)
        for broken in ["a=%", "a=%2", "a=%zz", "a=%ff", String(repeating: "a=1&", count: 1_001)] {
            #expect(FormFields(decoding: Array(broken.utf8)) == nil, "\(broken.prefix(10))")
        }
        #expect(FormFields(decoding: [])?.fields.isEmpty == true)
    }

    @Test func `rows are cut at separators outside of quotes`() {
        #expect(
            DelimitedText.rows(of: "a,b\r\n\"c,\"\"d\",\n\n\"x\ny\",z") == [
                ["a", "b"], ["c,\"d", ""], ["x\ny", "z"],
            ])
        #expect(DelimitedText.rows(of: "a;b", separator: ";") == [["a", "b"]])
        #expect(DelimitedText.rows(of: "\"open") == nil)
        #expect(DelimitedText.rows(of: String(repeating: ",", count: 300)) == nil)
    }

    private func instant(_ text: String, _ zone: String) throws -> LocalTime {
        try #require(LocalTime(text, in: TimeZoneName(unchecked: zone)))
    }

    @Test func `local times are read in the zone, and a repeated hour is the later one and marked`() throws {
        #expect(try instant("2026-01-01 12:00:00", "UTC").instant.rfc3339 == "2026-01-01T12:00:00.000Z")
        #expect(try instant("2026/07/01 12:00:00", "Europe/Berlin").instant.rfc3339 == "2026-07-01T10:00:00.000Z")
        #expect(try instant("2026-01-01T12:00:00.25", "Asia/Kathmandu").instant.rfc3339 == "2026-01-01T06:15:00.250Z")
        #expect(try instant("2026-01-01 12:00:00-03:00", "UTC").instant.rfc3339 == "2026-01-01T15:00:00.000Z")
        // 25 October 2026, 3:00 becomes 2:00 in Berlin; 1 November, 2:00 becomes 1:00 in New York.
        for (text, zone, later) in [
            ("2026-10-25 02:30:00", "Europe/Berlin", "2026-10-25T01:30:00.000Z"),
            ("2026-11-01 01:30:00", "America/New_York", "2026-11-01T06:30:00.000Z"),
        ] {
            let read = try instant(text, zone)
            #expect(read.isAmbiguous && read.instant.rfc3339 == later)
        }
        #expect(try !instant("2026-10-25 03:00:00", "Europe/Berlin").isAmbiguous)
        #expect(try !instant("2026-10-25 01:59:59", "Europe/Berlin").isAmbiguous)
        // 29 March 2026, 2:00 became 3:00: a time that never was is an hour later.
        #expect(try instant("2026-03-29 02:30:00", "Europe/Berlin").instant.rfc3339 == "2026-03-29T01:30:00.000Z")
        // Far beyond what the file lists, by the rule at its end.
        #expect(try instant("2090-07-01 12:00:00", "America/New_York").instant.rfc3339 == "2090-07-01T16:00:00.000Z")
        #expect(try instant("2090-01-01 12:00:00", "America/New_York").instant.rfc3339 == "2090-01-01T17:00:00.000Z")
        #expect(try instant("2090-01-01 12:00:00", "Australia/Sydney").instant.rfc3339 == "2090-01-01T01:00:00.000Z")
    }

    @Test(arguments: [
        "", "0000-00-00 00:00:00", "2026-13-01 00:00:00", "2026-02-30 00:00:00", "2026-01-01", "yesterday",
        "2026-01-01 25:00:00", "2026-01-01 12:00", "2026-01-01 12:00:00 PM", "1969-12-31 23:59:59",
    ])
    func `what is no time is none`(_ text: String) {
        #expect(LocalTime(text, in: .utc) == nil)
    }

    @Test func `no zone's name leads out of the database`() {
        #expect(ZoneRules.named(TimeZoneName(unchecked: "../../../etc/passwd")) == nil)
        #expect(ZoneRules.named(TimeZoneName(unchecked: "Nowhere/Land")) == nil)
    }

    @Test func `dates of mail are read with their offset`() {
        #expect(MailDate.instant("Thu, 01 Jan 2026 12:00:00 +0000")?.rfc3339 == "2026-01-01T12:00:00.000Z")
        #expect(MailDate.instant("1 Jan 2026 12:00:00 -0330")?.rfc3339 == "2026-01-01T15:30:00.000Z")
        #expect(MailDate.instant("2026-01-01") == nil && MailDate.instant("Thu, 32 Jan 2026 12:00:00 GMT") == nil)
    }

    @Test func `a digest is answered as the standards' own examples are`() throws {
        guard ProviderFolder.isThere else { return }
        let examples = try ProviderFolder.json("pbx-cdr/grandstream-examples.json")
        for (name, answer, algorithm) in [
            ("digestVector", "response", "MD5"), ("digestVectorSha256", "MD5", "MD5"),
            ("digestVectorSha256", "SHA-256", "SHA-256"),
        ] {
            let vector = try #require(examples[name])
            func text(_ name: String) throws -> String { try #require(vector[name]?.text) }
            let field = """
                Digest realm="\(try text("realm"))", qop="auth, auth-int", nonce="\(try text("nonce"))", \
                algorithm=\(algorithm), opaque="a,b"
                """
            let challenge = try #require(DigestChallenge(fields: ["Basic realm=\"x\"", field]))
            let made = challenge.authorization(
                user: try text("user"), password: try text("password"), method: try text("method"),
                target: try text("uri"), clientNonce: try text("cnonce"))
            #expect(made.contains("response=\"\(try text(answer))\"") && made.contains("opaque=\"a,b\""), "\(name)")
        }
        #expect(DigestChallenge(fields: ["Basic realm=\"x\""]) == nil)
        #expect(DigestChallenge(fields: ["Digest realm=\"x\", nonce=\"y\", algorithm=SHA-512-256"]) == nil)
    }

    @Test func `a hook's token is the connection's, wherever it is shown`() {
        func isValid(_ authorization: String?, _ query: String?) -> Bool {
            HookToken.isValid(authorization: authorization, query: query, secrets: ["whsec_new", "whsec_old", ""])
        }
        #expect(isValid("Bearer whsec_new", nil) && isValid("bearer whsec_old", nil))
        #expect(isValid("Basic cGJ4Ondoc2VjX25ldw==", nil) && isValid(nil, "a=b&token=whsec_new"))
        #expect(!isValid("Bearer whsec_other", nil) && !isValid("Bearer ", nil) && !isValid(nil, "token="))
        #expect(!isValid(nil, nil) && !isValid("Basic !!", "token=%zz") && !isValid("Basic cGJ4Og==", nil))
    }
}
