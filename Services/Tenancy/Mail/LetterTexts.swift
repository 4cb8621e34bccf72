import Models

/// The words of every letter, by kind and language.
enum LetterTexts {
    /// Blocks of a kind and a language, then the subject, the paragraphs, and the label of the button after `>`.
    ///
    /// Names in braces are a letter's values.
    private static let text = """
        invitation en
        You are invited to {tenant}
        {inviter} has invited you to work with {tenant} on Switchboard.
        Follow the link to choose a password. It works once, until {expires}.
        > Accept the invitation

        password_reset en
        Choose a new password
        Somebody, probably you, asked for a new password for your account at {tenant}.
        The link works once, for one hour. If it was not you, ignore this letter: nothing has changed.
        > Choose a new password

        password_changed en
        Your password was changed
        The password of your account at {tenant} was changed just now, and every other session was ended.
        If it was not you, ask for a new password at once and tell an administrator.

        email_verification en
        Confirm your e-mail address
        Confirm that this address is yours, so that your account at {tenant} can use it.
        The link works once, for 24 hours. If it was not you, ignore this letter.
        > Confirm the address

        email_change_requested en
        Another e-mail address for your account
        Somebody, probably you, asked that your account at {tenant} sign in with {email} from now on.
        Nothing changes before that address is confirmed. If it was not you, change your password at once.

        email_changed en
        Your e-mail address was changed
        Your account at {tenant} now signs in with {email}.
        If it was not you, tell an administrator at once.

        ownership_transferred en
        {tenant} has another owner
        {from} has handed {tenant} over to {to}.
        If that is not right, tell whoever runs this Switchboard at once.

        second_factor_changed en
        Your second factor was changed
        A second factor of your account at {tenant} was {change} just now.
        If it was not you, tell an administrator at once.

        passkey_changed en
        Your passkeys were changed
        A passkey of your account at {tenant} was {change} just now.
        If it was not you, tell an administrator at once.

        setup_confirmation en
        Confirm your request for Switchboard
        You asked for a Switchboard account for {company}.
        Follow the link to confirm your address; then somebody looks at the request.
        > Confirm the request

        setup_received en
        {company} asks for an account
        {name} ({email}) asks for an account for {company}, with the subdomain {subdomain} and the plan {plan}.
        > Look at the request

        setup_approved en
        Your Switchboard account is ready
        {company} has its account now. Follow the link to choose a password and sign in as its owner.
        The link works once, until {expires}.
        > Open the account

        setup_refused en
        Your request for Switchboard
        Your request for an account for {company} was not accepted.
        {reason}

        tenant_deletion en
        {tenant} will be deleted
        {tenant} and all of its data will be deleted on {date}.
        Until then the account can be restored by whoever runs this Switchboard.

        domain_failing en
        {domain} will stop working
        The DNS does not show any more that {domain} belongs to {tenant}. It stops working on {date}.
        To keep it, put the TXT record {record} back into its zone, with the value {value}.

        domain_lapsed en
        {domain} has stopped working
        {domain} does not lead to {tenant} any more, since the TXT record {record} has been gone for a week.
        Once the record is back, verify the domain again in the settings.

        export_ready en
        Your export is ready
        The export of {tenant} that you asked for is ready to be fetched until {expires}.
        > Fetch the export

        find_my_tenant en
        Your Switchboard accounts
        Your address is known at: {tenants}.
        If you did not ask, ignore this letter.
        """

    struct Words: Sendable {
        let subject: String
        let paragraphs: [String]
        let label: String?
    }

    private static let words: [String: Words] = {
        var found: [String: Words] = [:]
        for block in text.split(separator: "\n\n") {
            let lines = block.split(separator: "\n").map(String.init)
            guard lines.count > 2 else { continue }
            let body = lines.dropFirst(2)
            let label = body.last.flatMap { $0.hasPrefix("> ") ? String($0.dropFirst(2)) : nil }
            found[lines[0]] = Words(
                subject: lines[1], paragraphs: Array(label == nil ? body : body.dropLast()), label: label)
        }
        return found
    }()

    /// The words of a kind in a language, else in English; nil for a kind that has none.
    static func words(of kind: Letter.Kind, in language: String) -> (language: String, words: Words)? {
        let wanted = String(language.prefix { $0 != "-" }).lowercased()
        for language in [wanted, "en"] {
            if let words = words["\(kind.rawValue) \(language)"] { return (language, words) }
        }
        return nil
    }

    /// Puts a letter into words.
    static func mail(_ letter: Letter, id: MailID) -> InternalAPI.Mail? {
        guard let (language, words) = words(of: letter.kind, in: letter.language) else { return nil }
        func fill(_ text: String) -> String {
            // Longer names first would not matter: names are delimited by their braces.
            letter.values.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
        }
        return InternalAPI.Mail(
            id: id, kind: letter.kind.rawValue, to: letter.to, toName: letter.toName, fromName: letter.values["tenant"],
            language: language, subject: fill(words.subject), paragraphs: words.paragraphs.map(fill),
            action: letter.url.flatMap { url in words.label.map { InternalAPI.MailAction(label: $0, url: url) } })
    }
}
