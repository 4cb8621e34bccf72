/// What to do in each phone system so that it tells of its calls, step by step.
enum ConnectionInstructions {
    /// A provider and one sentence; `{url}` is the connection's own address.
    private static let text = """
        generic         Let your program send a POST with JSON to {url} whenever a call begins, is answered and ends.
        generic         Sign each request by Standard Webhooks with the connection's webhook secret, which was shown when it was made.
        generic         docs/generic-webhook.md has every field and a command line that works; the test here shows what is understood.
        retell          In the Retell dashboard open your agent, Webhook Settings, and enter {url} as the agent level webhook URL.
        retell          The API key of this connection must be the one with the webhook badge, or set it as webhook_key: it signs the hooks.
        retell          To choose the agent of calls that come in, enter {url}/inbound as the inbound webhook of your number and set inbound_agent_id.
        retell          To follow what is said while a call runs, add transcript_updated to the webhook events.
        retell          Press Test in the dashboard, or place a call.
        vapi            In the Vapi dashboard open your assistant, Advanced, Server URL, and enter {url}.
        vapi            As the server's secret enter the connection's webhook secret; for a bearer token or HMAC set hook_authentication here.
        vapi            Tick status-update and end-of-call-report among the server messages, and transcript to follow what is said while a call runs.
        vapi            To choose the assistant of calls that come in, enter {url}/assistant-request as the server URL of your number and set assistant_id.
        twilio          In the Twilio console open Phone Numbers, Manage, Active numbers, and choose your number.
        twilio          Under Voice Configuration enter {url}/voice for A call comes in and {url}/status for Call status changes, both with HTTP POST.
        twilio          If the account signs with a key of its own, set it as signing_key here.
        twilio          Call the number.
        signalwire      In the SignalWire dashboard open Phone Numbers and choose Edit Settings of your number.
        signalwire      Enter {url}/voice for When a call comes in and {url}/status as the status callback, both with POST.
        signalwire      Set the signing key of the API page as signing_key here, and call the number.
        clouducm        In CloudUCM open Integrations, API Configuration, and make an API user with CDR and REC access.
        clouducm        Set its name and password and the address of the CloudUCM here; calls are fetched every minute.
        clouducm        If CDR Real-Time Output is offered, enter {url} as its address with the webhook secret as the password.
        grandstream_ucm On the UCM open Integrations, API Configuration, enable the API and make a user for it.
        grandstream_ucm Allow this server's address, and set address, user and password here; calls are fetched every minute.
        grandstream_ucm A self-signed certificate is given to the connection as certificate; it is then the only one that counts.
        threecx         In the 3CX console open CDR, and let it write call data records to a file or a socket that a program of yours reads.
        threecx         Let the program POST the lines to {url}?token=WEBHOOK_SECRET as they come; name the columns in the setting columns.
        asterisk        Let cdr_custom or cdr_csv write the records, and a script POST new lines to {url}?token=WEBHOOK_SECRET.
        asterisk        Name the columns in the setting columns when they are not those of cdr_csv; give recordings_address to fetch recordings.
        freepbx         Let a script POST new rows of the table cdr, as CSV or JSON, to {url}?token=WEBHOOK_SECRET.
        freepbx         Give recordings_address to fetch the files that recordingfile names.
        """

    private static let byProvider: [String: [String]] = {
        var found: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            found[String(parts[0]), default: []].append(String(parts[1].drop { $0 == " " }))
        }
        return found
    }()

    static func of(_ provider: String, url: String) -> [String] {
        (byProvider[provider] ?? []).map { $0.replacing("{url}", with: url) }
    }
}
