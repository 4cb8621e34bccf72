import Models

/// What to do in each phone system so that it finds its webhook address.
enum OnboardingInstructions {
    /// A word of `PhoneSystem` and one sentence of what to do; `{url}` is the tenant's address.
    private static let text = """
        generic        Find where your phone system sends HTTP notifications of calls.
        generic        Enter {url} as their address, with the method POST.
        generic        Place a call, or press the test button of your phone system.
        retell         Open your agent in the Retell dashboard and go to Webhook Settings.
        retell         Enter {url} as the agent level webhook URL and save.
        retell         Press Test, or start a test call.
        vapi           Open your assistant in the Vapi dashboard and go to Advanced, Server URL.
        vapi           Enter {url} and publish the assistant.
        vapi           Start a test call.
        twilio         Open Phone Numbers, Manage, Active numbers in the Twilio console and choose your number.
        twilio         Under Voice Configuration enter {url} as the call status callback, with HTTP POST.
        twilio         Call the number.
        signalwire     Open Phone Numbers in the SignalWire dashboard and choose Edit Settings of your number.
        signalwire     Enter {url} as the status callback, with the method POST.
        signalwire     Call the number.
        clouducm       Open CDR, API settings in CloudUCM and add an event subscription.
        clouducm       Enter {url} as its address and save.
        clouducm       Place a call.
        grandstream_ucm Open Integrations, API Configuration on the UCM and enable CDR real-time output.
        grandstream_ucm Enter {url} as the output's address and apply the changes.
        grandstream_ucm Place a call.
        threecx        Open Integrations, CRM in the 3CX management console and choose a custom integration.
        threecx        Enter {url} as the address for call journaling.
        threecx        Place a call.
        freepbx        Install the module that runs a hook at the end of a call, or add a hangup handler to your dial plan.
        freepbx        Let it send a POST to {url}.
        freepbx        Place a call.
        asterisk       Add a hangup handler to your dial plan.
        asterisk       Let it call CURL with {url} and the call's variables as a POST.
        asterisk       Reload the dial plan and place a call.
        none           There is nothing to connect: calls are recorded through the API.
        """

    private static let byWord: [Substring: [String]] = {
        var found: [Substring: [String]] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            found[parts[0], default: []].append(String(parts[1].drop { $0 == " " }))
        }
        return found
    }()

    static func of(_ system: PhoneSystem, url: String) -> [String] {
        (byWord[Substring(system.rawValue)] ?? []).map { $0.replacing("{url}", with: url) }
    }
}
