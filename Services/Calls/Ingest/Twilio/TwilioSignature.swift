import Crypto

/// How Twilio signs what it sends: HMAC over the public address and the form's fields.
enum TwilioSignature {
    /// The digests that an account with a signing key of its own may have chosen.
    private enum Algorithm: String {
        case sha1 = "HMAC_SHA1"
        case sha256 = "HMAC_SHA256"

        func digest(_ text: String, key: String) -> [UInt8] {
            switch self {
            case .sha1: HMAC.sha1(Array(text.utf8), key: Array(key.utf8))
            case .sha256: HMAC.sha256(Array(text.utf8), key: Array(key.utf8))
            }
        }
    }

    /// Whether one of the keys made the signature.
    ///
    /// `settings` is the field `X-Twilio-Webhooks-Signature-Settings`, which names the digest where it is not SHA-1; what
    /// it does not name and what we do not know is refused. A body that is no form is told by its digest in the query.
    static func isValid(
        _ signature: String, settings: String? = nil, url: String, form: FormFields?, body: [UInt8], keys: [String]
    ) -> Bool {
        guard let claimed = Base64.standard.decode(signature), let algorithm = algorithm(settings) else { return false }
        if let digest = bodyDigest(in: url) {
            guard form?.fields.isEmpty ?? true,
                ConstantTime.areEqual(Hex.encode(SHA256.digest(body)), digest.lowercased())
            else { return false }
        } else if form == nil, !body.isEmpty {
            return false
        }
        let fields = text(of: form)
        var isValid = false
        for key in keys where !key.isEmpty {
            for url in PublicAddress.spellings(of: url) {
                let made = algorithm.digest(url + fields, key: key)
                if ConstantTime.areEqual(made, claimed) { isValid = true }
            }
        }
        return isValid
    }

    /// The signature of a form, by SHA-1 or, with a signing key of the account's own, by SHA-256.
    static func sign(url: String, form: FormFields, key: String, isStrong: Bool = false) -> String {
        Base64.standard.encode((isStrong ? Algorithm.sha256 : .sha1).digest(url + text(of: form), key: key))
    }

    /// Names sorted, the values of each sorted, and what is there twice once.
    private static func text(of form: FormFields?) -> String {
        let sorted = Set(form?.fields ?? []).sorted { one, other in
            // By their bytes, as the provider's own libraries compare.
            if one.name != other.name { return one.name.utf8.lexicographicallyPrecedes(other.name.utf8) }
            return one.value.utf8.lexicographicallyPrecedes(other.value.utf8)
        }
        return sorted.map { $0.name + $0.value }.joined()
    }

    private static func algorithm(_ settings: String?) -> Algorithm? {
        guard let settings else { return .sha1 }
        let named = settings.split(separator: ",").compactMap { part -> String? in
            let pair = part.split(separator: "=", maxSplits: 1)
            return pair.count == 2 && String(pair[0]).trimmed == "algorithm" ? String(pair[1]).trimmed : nil
        }
        return named.count == 1 ? Algorithm(rawValue: named[0]) : nil
    }

    private static func bodyDigest(in url: String) -> String? {
        guard let query = url.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        return FormFields(decoding: Array(query.utf8))?["bodySHA256"]
    }
}

/// The ways in which one public address is written.
enum PublicAddress {
    /// As it came, without a port, and with the port that its scheme has anyway: providers differ in what they sign.
    static func spellings(of url: String) -> [String] {
        guard let scheme = url.ranges(of: "://").first else { return [url] }
        let rest = url[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let tail = rest[authority.endIndex...]
        var host = authority
        if let colon = authority.lastIndex(of: ":"), authority[colon...].dropFirst().allSatisfy(\.isNumber) {
            host = authority[..<colon]
        }
        let port = url.hasPrefix("https") ? "443" : "80"
        let start = url[..<scheme.upperBound]
        var spellings = [url]
        for other in ["\(start)\(host)\(tail)", "\(start)\(host):\(port)\(tail)"] where !spellings.contains(other) {
            spellings.append(other)
        }
        return spellings
    }
}
