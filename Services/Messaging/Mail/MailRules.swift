import Models

/// What a letter may hold.
enum MailRules {
    private static let paragraphs = 50

    /// Throws one failure that names every fault.
    static func check(_ mail: InternalAPI.Mail) throws(Failure) {
        var faults: [FieldError] = []
        func check(_ pointer: String, _ text: String?, _ range: ClosedRange<Int>, lines: Bool = false) {
            guard let text else { return }
            if !range.contains(text.count) {
                let detail = "\(range.lowerBound) to \(range.upperBound) characters expected"
                faults.append(FieldError(pointer: pointer, code: "invalid_length", detail: detail))
            } else if text.unicodeScalars.contains(where: { isControl($0) && !(lines && $0 == "\n") }) {
                faults.append(FieldError(pointer: pointer, code: "invalid_format", detail: "control character"))
            }
        }
        check("/kind", mail.kind, 1...80)
        if !mail.kind.utf8.allSatisfy({ (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }) {
            faults.append(FieldError(pointer: "/kind", code: "invalid_format", detail: "snake_case expected"))
        }
        check("/to_name", mail.toName, 0...200)
        check("/from_name", mail.fromName, 0...200)
        if !isLanguage(mail.language) {
            faults.append(FieldError(pointer: "/language", code: "invalid_format", detail: "BCP 47 tag expected"))
        }
        check("/subject", mail.subject, 1...300)
        if !(1...paragraphs).contains(mail.paragraphs.count) {
            faults.append(
                FieldError(
                    pointer: "/paragraphs", code: "invalid_length", detail: "1 to \(paragraphs) paragraphs expected"))
        }
        for (index, paragraph) in mail.paragraphs.prefix(paragraphs).enumerated() {
            check("/paragraphs/\(index)", paragraph, 1...4_000, lines: true)
        }
        if let action = mail.action {
            check("/action/label", action.label, 1...100)
            check("/action/url", action.url, 8...4_000)
            if !isLink(action.url) {
                faults.append(
                    FieldError(pointer: "/action/url", code: "invalid_format", detail: "http or https URL expected"))
            }
        }
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
    }

    /// The line and paragraph separators end lines in some readers.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }

    private static func isLanguage(_ text: String) -> Bool {
        (2...35).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
            }
    }

    /// ASCII without blanks and quotes, so that it can stand in a text and in an attribute.
    private static func isLink(_ url: String) -> Bool {
        (url.hasPrefix("https://") || url.hasPrefix("http://"))
            && url.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }
    }
}
