extension LetterTexts {
    /// The letters in English; every other language is held against these.
    static let english = """
        invitation
        You are invited to {tenant}
        {inviter} has invited you to work with {tenant} on Switchboard.
        Follow the link to choose a password. It works once, until {expires}.
        > Accept the invitation

        password_reset
        Choose a new password
        Somebody, probably you, asked for a new password for your account at {tenant}.
        The link works once, for one hour. If it was not you, ignore this letter: nothing has changed.
        > Choose a new password

        password_changed
        Your password was changed
        The password of your account at {tenant} was changed just now, and every other session was ended.
        If it was not you, ask for a new password at once and tell an administrator.

        email_verification
        Confirm your e-mail address
        Confirm that this address is yours, so that your account at {tenant} can use it.
        The link works once, for 24 hours. If it was not you, ignore this letter.
        > Confirm the address

        email_change_requested
        Another e-mail address for your account
        Somebody, probably you, asked that your account at {tenant} sign in with {email} from now on.
        Nothing changes before that address is confirmed. If it was not you, keep this one by the link below, and \
        change your password at once.
        > Keep this address

        email_changed
        Your e-mail address was changed
        Your account at {tenant} now signs in with {email}.
        If it was not you, tell an administrator at once.

        ownership_transferred
        {tenant} has another owner
        {from} has handed {tenant} over to {to}.
        If that is not right, tell whoever runs this Switchboard at once.

        second_factor_changed
        Your second factor was changed
        A second factor of your account at {tenant} was {change} just now.
        If it was not you, tell an administrator at once.

        passkey_changed
        Your passkeys were changed
        A passkey of your account at {tenant} was {change} just now.
        If it was not you, tell an administrator at once.

        setup_confirmation
        Confirm your request for Switchboard
        You asked for a Switchboard account for {company}.
        Follow the link to confirm your address; then somebody looks at the request.
        > Confirm the request

        setup_received
        {company} asks for an account
        {name} ({email}) asks for an account for {company}, with the subdomain {subdomain} and the plan {plan}.
        > Look at the request

        setup_approved
        Your Switchboard account is ready
        {company} has its account now. Follow the link to choose a password and sign in as its owner.
        The link works once, until {expires}.
        > Open the account

        setup_refused
        Your request for Switchboard
        Your request for an account for {company} was not accepted.
        {reason}

        tenant_deletion
        {tenant} will be deleted
        {tenant} and all of its data will be deleted on {date}.
        Until then the account can be restored by whoever runs this Switchboard.

        domain_failing
        {domain} will stop working
        The DNS does not show any more that {domain} belongs to {tenant}. It stops working on {date}.
        To keep it, put the TXT record {record} back into its zone, with the value {value}.

        domain_lapsed
        {domain} has stopped working
        {domain} does not lead to {tenant} any more, since the TXT record {record} has been gone for a week.
        Once the record is back, verify the domain again in the settings.

        export_ready
        Your export is ready
        The export of {tenant} that you asked for is ready to be fetched until {expires}.
        > Fetch the export

        find_my_tenant
        Your Switchboard accounts
        Your address is known at: {tenants}.
        If you did not ask, ignore this letter.

        unusual_volume
        Unusually much was taken out of {tenant}
        {name} has exported or fetched data {count} times within a day; {usual} times a day were \
        the most in the month before.
        The audit log says what it was. If it was not meant, deactivate the account and end its sessions.
        > Look at the audit log

        support_requested
        Support asks for access to {tenant}
        Whoever runs this Switchboard asks to act as you at {tenant}: {reason}
        Nobody does before you have agreed, and only for as long as you say. The audit log shows what is done.
        > Look at the request

        mail_test
        A test letter of Switchboard
        Letters of this Switchboard arrive here.

        words
        added = added
        removed = removed
        """
}
