package import Models

/// A message to one person, as text and as HTML (RFC 5322, RFC 2046).
package struct MailMessage: Sendable {
    /// The part of `Message-ID` before the `@`; the same each time that the message is sent.
    package var id: String
    package var date: Timestamp
    package var from: MailAddress
    package var to: MailAddress
    package var replyTo: MailAddress?
    package var subject: String
    /// As BCP 47 has it.
    package var language: String
    package var text: String
    package var html: String

    package init(
        id: String, date: Timestamp, from: MailAddress, to: MailAddress, subject: String, language: String,
        text: String,
        html: String
    ) {
        self.id = id
        self.date = date
        self.from = from
        self.to = to
        self.subject = subject
        self.language = language
        self.text = text
        self.html = html
    }

    /// The message as it is sent; ASCII but for addresses that are not.
    package func bytes() throws(MailError) -> [UInt8] {
        guard (id + language).utf8.allSatisfy({ (0x21...0x7e).contains($0) && !"<>\"".utf8.contains($0) }) else {
            throw .controlCharacter
        }
        // Quoted-printable writes every `=` as `=3D`, so this begins no line of a part.
        let boundary = "=_\(id)"
        var head = [
            "Date: \(date.mailDate)",
            "From: \(try from.field)",
            "To: \(try to.field)",
        ]
        if let replyTo { head.append("Reply-To: \(try replyTo.field)") }
        head += [
            "Subject: \(try HeaderText.unstructured(subject))",
            "Message-ID: <\(id)@\(from.domain)>",
            // Nobody's absence is to be answered to a machine (RFC 3834, 5).
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Language: \(language)",
            "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"",
        ]
        var lines = head.joined(separator: "\r\n") + "\r\n\r\n"
        for (type, content) in [("plain", text), ("html", html)] {
            lines += "--\(boundary)\r\nContent-Type: text/\(type); charset=utf-8\r\n"
            lines += "Content-Transfer-Encoding: quoted-printable\r\n\r\n\(QuotedPrintable.encode(content))\r\n"
        }
        lines += "--\(boundary)--\r\n"
        return Array(lines.utf8)
    }
}

extension Timestamp {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The form of a `Date` field (RFC 5322, 3.3).
    var mailDate: String {
        let text = Array(rfc3339)
        func part(_ range: Range<Int>) -> String { String(text[range]) }
        let day = max(0, seconds) / 86_400
        let month = Self.months[max(1, min(12, Int(part(5..<7)) ?? 1)) - 1]
        return "\(Self.days[Int(day % 7)]), \(part(8..<10)) \(month) \(part(0..<4)) \(part(11..<19)) +0000"
    }
}
