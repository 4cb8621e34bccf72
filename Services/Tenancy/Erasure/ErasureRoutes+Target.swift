import Models
import PhoneNumbers
import Web

extension ErasureTarget {
    /// Somebody as a request names them, by an address or a number or both; 422 for nobody.
    init(email: EmailAddress?, phoneNumber: String?, _ context: RequestContext) throws {
        guard email != nil || phoneNumber != nil else {
            throw Failure.invalid("/email", "required", "an address or a phone number expected")
        }
        var numbers: [InternalAPI.ErasedNumber] = []
        if let text = phoneNumber {
            let country = context.knowledge.tenant(context.tenant)?.country ?? "US"
            guard let number = PhoneNumber(text, country: country) else {
                throw Failure.invalid("/phone_number", "invalid_format", "a phone number expected")
            }
            numbers = [InternalAPI.ErasedNumber(number: number.e164, national: number.nationalDigits)]
        }
        self.init(phoneNumbers: numbers, emails: email.map { [$0.normalised] } ?? [])
    }
}
