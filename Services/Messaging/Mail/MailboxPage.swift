import Models

/// The HTML of the operator's mailbox.
enum MailboxPage {
    static let missing = "<p>It was sent, is older than a week, or never was. <a href=\"/mailbox\">All letters</a></p>"

    static func document(_ title: String, _ content: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>\(MarkupText.escape(title))</title>
        <style>
        body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #111827 }
        table { border-collapse: collapse; width: 100% }
        th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #d1d5db; overflow-wrap: anywhere }
        </style>
        </head>
        <body>
        <h1>\(MarkupText.escape(title))</h1>
        \(content)
        </body>
        </html>

        """
    }

    static func list(_ entries: [MailboxEntry]) -> String {
        guard !entries.isEmpty else { return "<p>No letters yet.</p>" }
        let rows = entries.map { entry in
            let mail = entry.mail
            let subject = MarkupText.escape(entry.subject.isEmpty ? mail.kind : entry.subject)
            let title =
                mail.state == .kept ? "<a href=\"/mailbox/\(mail.tenant)/\(mail.id)\">\(subject)</a>" : subject
            let state = mail.failure.map { "\(mail.state.rawValue), \($0) (\(mail.attempts))" } ?? mail.state.rawValue
            return """
                <tr><td>\(mail.createdAt)</td><td>\(MarkupText.escape(entry.recipient))</td><td>\(title)</td>\
                <td>\(MarkupText.escape(mail.kind))</td><td>\(MarkupText.escape(state))</td></tr>
                """
        }
        return """
            <table>
            <thead><tr><th scope="col">At</th><th scope="col">To</th><th scope="col">Subject</th>\
            <th scope="col">Kind</th><th scope="col">State</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            """
    }

    static func letter(_ mail: InternalAPI.Mail) -> String {
        let to = mail.toName.map { "\($0) <\(mail.to.text)>" } ?? mail.to.text
        var parts = [
            "<p><a href=\"/mailbox\">All letters</a></p>",
            "<p>From \(MarkupText.escape(MailLayout.sender(mail))), to \(MarkupText.escape(to))</p>",
        ]
        parts += mail.paragraphs.map { "<p>\(MarkupText.escape($0).replacing("\n", with: "<br>\n"))</p>" }
        if let action = mail.action {
            let url = MarkupText.escape(action.url)
            parts.append("<p>\(MarkupText.escape(action.label)): <a href=\"\(url)\" rel=\"noreferrer\">\(url)</a></p>")
        }
        return parts.joined(separator: "\n")
    }
}
