import Mail
import Models

/// How every letter of the suite looks, as text and as HTML.
enum MailLayout {
    /// In whose name a letter is written.
    static func sender(_ mail: InternalAPI.Mail) -> String {
        mail.fromName.flatMap { $0.isEmpty ? nil : $0 } ?? "Switchboard"
    }

    static func text(_ mail: InternalAPI.Mail) -> String {
        var parts = mail.paragraphs
        if let action = mail.action { parts.append("\(action.label):\n\(action.url)") }
        parts.append("-- \n\(sender(mail))")
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// Styles stand in the elements: many readers of mail leave out the others.
    static func html(_ mail: InternalAPI.Mail) -> String {
        let (subject, name) = (MarkupText.escape(mail.subject), MarkupText.escape(sender(mail)))
        let paragraphs = mail.paragraphs.map { paragraph in
            "<p style=\"margin:0 0 16px\">\(MarkupText.escape(paragraph).replacing("\n", with: "<br>\n"))</p>"
        }
        return """
            <!doctype html>
            <html lang="\(MarkupText.escape(mail.language))" dir="auto">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>\(subject)</title>
            </head>
            <body style="margin:0;background:#f3f4f6;color:#111827;font:16px/1.5 system-ui,sans-serif">
            <div style="max-width:560px;margin:0 auto;padding:24px">
            <p style="margin:0 0 16px;color:#4b5563">\(name)</p>
            <main style="display:block;background:#ffffff;border-radius:8px;padding:24px">
            <h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">\(subject)</h1>
            \(paragraphs.joined(separator: "\n"))
            \(mail.action.map(button) ?? "")</main>
            </div>
            </body>
            </html>
            """
    }

    private static func button(_ action: InternalAPI.MailAction) -> String {
        let url = MarkupText.escape(action.url)
        let style = "display:inline-block;background:#1d4ed8;color:#ffffff;padding:12px 20px;border-radius:6px"
        return """
            <p style="margin:24px 0"><a href="\(url)" style="\(style)">\(MarkupText.escape(action.label))</a></p>
            <p style="margin:0;color:#4b5563;font-size:14px;overflow-wrap:anywhere">\(url)</p>

            """
    }

    /// The message of a letter.
    static func message(_ mail: InternalAPI.Mail, from: MailAddress, at date: Timestamp) -> MailMessage {
        MailMessage(
            id: mail.id.description, date: date,
            from: MailAddress(from.address, name: mail.fromName ?? from.name ?? "Switchboard"),
            to: MailAddress(mail.to, name: mail.toName), subject: mail.subject, language: mail.language,
            text: text(mail), html: html(mail))
    }
}
