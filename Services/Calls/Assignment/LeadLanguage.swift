import Models
import PhoneNumbers

/// Which language somebody probably speaks, by what is known of them before they say a word.
enum LeadLanguage {
    /// The base tag (ISO 639-1) of a tag or of an English or own name of a language; nil for what is none.
    static func base(of text: String) -> String? {
        let word = text.trimmed.lowercased()
        if let named = Languages.named(word) { return named }
        let base = word.split { $0 == "-" || $0 == "_" }.first.map(String.init) ?? ""
        return Languages.isKnown(base) ? base : nil
    }

    /// The base tag of what somebody has said; 422 for what is no language.
    static func checked(_ text: String?, at pointer: String) throws(Failure) -> String? {
        guard let text else { return nil }
        guard let base = base(of: text) else {
            throw Failure.invalid(pointer, "unknown", "a language such as de expected")
        }
        return base
    }

    /// What is stated holds before what the number's country speaks; nil where a country speaks several.
    static func detect(stated: String?, number: String?, country: String) -> String? {
        if let stated, let base = base(of: stated) { return base }
        guard let number, let phone = PhoneNumber(number, country: country), let plan = NumberPlan(phone) else {
            return nil
        }
        return Languages.ofCountry(plan.country)
    }
}
