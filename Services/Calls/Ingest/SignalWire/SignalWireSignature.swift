import Crypto

/// How SignalWire signs what it sends: by the bytes of a JSON body, or by a form's fields as Twilio does.
enum SignalWireSignature {
    /// Whether one of the signing keys made the signature of a JSON body; `strong` is the second, stronger field.
    static func isValid(
        _ signature: String, strong: String? = nil, url: String, body: [UInt8], keys: [String]
    ) -> Bool {
        guard let claimed = Hex.decode(signature) else { return false }
        var isValid = false
        for key in keys where !key.isEmpty {
            for url in PublicAddress.spellings(of: url) {
                let (message, key) = (Array(url.utf8) + body, Array(key.utf8))
                var matches = ConstantTime.areEqual(HMAC.sha1(message, key: key), claimed)
                if let strong {
                    let digest = Hex.decode(strong) ?? []
                    matches = ConstantTime.areEqual(HMAC.sha256(message, key: key), digest) && matches
                }
                isValid = isValid || matches
            }
        }
        return isValid
    }

    /// Whether one of the signing keys made the signature of a form.
    ///
    /// Names are sorted; of names that come twice SignalWire keeps the order, so both its way and Twilio's count.
    static func isValid(_ signature: String, url: String, form: FormFields, keys: [String]) -> Bool {
        guard let claimed = Base64.standard.decode(signature) else { return false }
        let ordered = form.fields.enumerated().sorted { one, other in
            if one.element.name != other.element.name {
                return one.element.name.utf8.lexicographicallyPrecedes(other.element.name.utf8)
            }
            return one.offset < other.offset
        }.map { $0.element.name + $0.element.value }.joined()
        var isValid = TwilioSignature.isValid(signature, url: url, form: form, body: [], keys: keys)
        for key in keys where !key.isEmpty {
            for url in PublicAddress.spellings(of: url) {
                let made = HMAC.sha1(Array((url + ordered).utf8), key: Array(key.utf8))
                if ConstantTime.areEqual(made, claimed) { isValid = true }
            }
        }
        return isValid
    }
}
