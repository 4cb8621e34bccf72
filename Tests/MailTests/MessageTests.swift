import Models
import Testing

@testable import Mail

struct MessageTests {
    private func message(subject: String = "Hello", name: String? = "Ada", text: String = "Hi") throws -> MailMessage {
        MailMessage(
            id: "m1", date: Timestamp(seconds: 1_763_740_800),
            from: MailAddress(try EmailAddress(jsonText: "no-reply@acme.example"), name: "Acme"),
            to: MailAddress(try EmailAddress(jsonText: "ada@acme.example"), name: name), subject: subject,
            language: "en", text: text, html: "<p>\(text)</p>")
    }

    private func written(_ message: MailMessage) throws -> String {
        String(decoding: try message.bytes(), as: UTF8.self)
    }

    @Test func `a message has the fields and the two parts that readers expect`() throws {
        #expect(
            try written(message())
                == """
                Date: Fri, 21 Nov 2025 16:00:00 +0000
                From: Acme
                 <no-reply@acme.example>
                To: Ada
                 <ada@acme.example>
                Subject: Hello
                Message-ID: <m1@acme.example>
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Language: en
                Content-Type: multipart/alternative;
                 boundary="=_m1"

                --=_m1
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                Hi

                --=_m1
                Content-Type: text/html; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                <p>Hi</p>

                --=_m1--

                """.replacing("\n", with: "\r\n"))
    }

    @Test(arguments: ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\u{0}b", "a\u{85}b", "a\u{2028}b"])
    func `a field cannot begin another one`(_ text: String) throws {
        #expect(throws: MailError.controlCharacter) { try message(subject: text).bytes() }
        #expect(throws: MailError.controlCharacter) { try message(name: text).bytes() }
        var broken = try message()
        broken.language = "en\r\nX: y"
        #expect(throws: MailError.controlCharacter) { try broken.bytes() }
        broken = try message()
        broken.replyTo = MailAddress(try EmailAddress(jsonText: "a@b.example"), name: text)
        #expect(throws: MailError.controlCharacter) { try broken.bytes() }
    }

    @Test func `texts beyond ASCII are encoded words of whole characters`() throws {
        #expect(try HeaderText.unstructured("Grüße") == "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=")
        #expect(try HeaderText.unstructured("a b") == "a b")
        #expect(try HeaderText.unstructured("=?x") == "=?UTF-8?Q?=3D=3Fx?=")
        #expect(try HeaderText.phrase("Lovelace, \"Ada\"") == "\"Lovelace, \\\"Ada\\\"\"")
        let long = try HeaderText.unstructured(String(repeating: "日本", count: 50))
        #expect(long.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 76 })
        // Three bytes a character, nine signs each: none is cut.
        for word in long.split(separator: "\r\n ") {
            #expect(word.hasPrefix("=?UTF-8?Q?") && word.hasSuffix("?="))
            #expect((word.utf8.count - 12) % 9 == 0)
        }
        let written = try written(message(subject: String(repeating: "x", count: 300)))
        #expect(written.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
    }

    @Test func `bodies are quoted-printable`() {
        #expect(QuotedPrintable.encode("a=b\nü \n\tx\t") == "a=3Db\r\n=C3=BC=20\r\n\tx=09\r\n")
        #expect(QuotedPrintable.encode("a\r\nb\rc\n") == "a\r\nb\r\nc\r\n")
        let long = QuotedPrintable.encode(String(repeating: "ab=", count: 200))
        #expect(long.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 76 })
        #expect(long.replacing("=\r\n", with: "") == String(repeating: "ab=3D", count: 200) + "\r\n")
    }

    @Test func `a sender may have a name`() throws {
        let named = try #require(MailAddress(parsing: "Acme Mail <a@b.example>"))
        #expect(named.name == "Acme Mail" && named.address.text == "a@b.example")
        #expect(MailAddress(parsing: "a@b.example")?.name == nil)
        #expect(MailAddress(parsing: "a@b.example\r\nBcc: c@d.example") == nil)
        #expect(MailAddress(parsing: "nobody") == nil)
    }
}
