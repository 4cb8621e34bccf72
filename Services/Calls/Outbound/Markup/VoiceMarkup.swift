import Models

/// A document that tells a carrier what to do with one end of a call: TwiML, which SignalWire speaks too.
///
/// The verbs stand here with the few attributes that are used; every value is escaped.
struct VoiceMarkup: Sendable, Equatable {
    private(set) var text: String

    /// What the carrier reads, whole.
    static func response(_ verbs: [VoiceMarkup]) -> String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(element("Response", [], verbs).text)\n"
    }

    /// The language picks the carrier's voice for it: a voice by name could be one that does not speak it.
    static func say(_ spoken: Spoken) -> VoiceMarkup {
        element("Say", [("language", spoken.language)], escaped(spoken.words))
    }

    static let hangUp = element("Hangup", [], "")

    static func pause(_ seconds: Int) -> VoiceMarkup { element("Pause", [("length", "\(seconds)")], "") }

    static func redirect(_ url: String) -> VoiceMarkup { element("Redirect", [("method", "POST")], escaped(url)) }

    /// Joins a room in which everybody hears everybody.
    ///
    /// Nobody's leaving ends it: who else goes is decided by the state of the call (`LegRules`).
    static func conference(_ room: String, isMuted: Bool = false, statusURL: String? = nil) -> VoiceMarkup {
        let attributes: [(String, String?)] = [
            ("beep", "false"), ("startConferenceOnEnter", "true"), ("endConferenceOnExit", "false"),
            ("muted", isMuted ? "true" : nil), ("statusCallback", statusURL),
            ("statusCallbackEvent", statusURL == nil ? nil : "join leave"),
        ]
        return element("Dial", [], [element("Conference", attributes, escaped(room))])
    }

    /// Rings several at once; the first to answer has the call, and the carrier asks `action` how to go on afterwards.
    static func dial(_ ends: [End], seconds: Int, callerID: String?, action: String) -> VoiceMarkup {
        element(
            "Dial",
            [("timeout", "\(seconds)"), ("callerId", callerID), ("action", action), ("method", "POST")],
            ends.map { end in
                element(
                    end.isBrowser ? "Client" : "Number",
                    [
                        ("statusCallback", end.statusURL),
                        ("statusCallbackEvent", "initiated ringing answered completed"),
                    ], escaped(end.address))
            })
    }

    /// Somebody whom `dial` rings.
    struct End: Sendable, Equatable {
        var address: String
        var isBrowser: Bool
        var statusURL: String
    }

    /// Asks for one key; `action` is asked only when one was pressed.
    static func gather(_ spoken: Spoken, seconds: Int, action: String) -> VoiceMarkup {
        element(
            "Gather",
            [("numDigits", "1"), ("timeout", "\(seconds)"), ("action", action), ("method", "POST")],
            [say(spoken)])
    }

    /// Records the caller alone, until silence, a key or the end of the time.
    static func record(seconds: Int, action: String, statusURL: String) -> VoiceMarkup {
        element(
            "Record",
            [
                ("maxLength", "\(seconds)"), ("playBeep", "true"), ("finishOnKey", "#"), ("action", action),
                ("method", "POST"), ("recordingStatusCallback", statusURL),
                ("recordingStatusCallbackEvent", "completed absent"),
            ], "")
    }

    private static func element(
        _ name: String, _ attributes: [(String, String?)], _ children: [VoiceMarkup]
    ) -> VoiceMarkup {
        element(name, attributes, children.map(\.text).joined())
    }

    private static func element(_ name: String, _ attributes: [(String, String?)], _ content: String) -> VoiceMarkup {
        var text = "<\(name)"
        for case (let name, let value?) in attributes { text += " \(name)=\"\(escaped(value))\"" }
        return VoiceMarkup(text: content.isEmpty ? "\(text)/>" : "\(text)>\(content)</\(name)>")
    }

    /// Text of an element or an attribute; white space is a space, as a reader of XML makes of it in attributes.
    private static func escaped(_ text: String) -> String {
        MarkupText.escape(String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }))
    }
}
