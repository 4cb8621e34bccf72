import Models
import PhoneNumbers

extension CallsAPI.LineRouting {
    /// The same with numbers in E.164; 422 that names every field that cannot be.
    func checked(country: String) throws(Failure) -> CallsAPI.LineRouting {
        var checked = self
        var errors = AgentHours.faults(of: hours ?? []).map {
            FieldError(pointer: "/routing\($0.pointer)", code: $0.code, detail: $0.detail)
        }
        func number(_ text: String?, _ pointer: String) -> String? {
            guard let text else { return nil }
            if let number = PhoneNumber(text, country: country) { return number.e164 }
            errors.append(FieldError(pointer: pointer, code: "invalid_format", detail: "a telephone number expected"))
            return text
        }
        checked.forwardTo = number(forwardTo, "/routing/forward_to")
        checked.closedForwardTo = number(closedForwardTo, "/routing/closed_forward_to")
        if let language {
            checked.language = LeadLanguage.base(of: language)
            if checked.language == nil {
                errors.append(
                    FieldError(pointer: "/routing/language", code: "unknown", detail: "language such as de expected"))
            }
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
        return checked
    }
}
