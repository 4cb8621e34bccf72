import Models

/// The fields that both carriers read alike.
enum CarrierFields {
    static func placing(_ order: CarrierOrder) -> [(name: String, value: String)] {
        var form: [(name: String, value: String)] = [
            ("To", order.to), ("From", order.from), ("Url", order.url), ("Method", "POST"),
            ("StatusCallback", order.statusURL), ("StatusCallbackMethod", "POST"),
        ]
        for event in ["initiated", "ringing", "answered", "completed"] { form.append(("StatusCallbackEvent", event)) }
        form.append(("Timeout", "\(order.ringSeconds)"))
        switch order.machines {
        case .none: break
        case .detect: form.append(("MachineDetection", "Enable"))
        case .messageEnd: form.append(("MachineDetection", "DetectMessageEnd"))
        }
        return form
    }

    /// Both compare whole days of UTC in lists, so the day before is asked for and the instants are compared here.
    static func listing(to: String, from: String, since: Timestamp) -> [(name: String, value: String)] {
        let day = String((since - .seconds(86_400)).jsonText.prefix(10))
        return [("To", to), ("From", from), ("StartTime>", day), ("PageSize", "50")]
    }

    static func recording(_ callback: String) -> [(name: String, value: String)] {
        [
            ("RecordingChannels", "dual"), ("RecordingTrack", "both"), ("RecordingStatusCallback", callback),
            ("RecordingStatusCallbackMethod", "POST"),
        ]
    }

    /// A pause is silence of its length, so that times in the recording stay those of the call.
    static func recording(_ state: CarrierRecordingState) -> [(name: String, value: String)] {
        state == .paused
            ? [("Status", state.rawValue), ("PauseBehavior", "silence")] : [("Status", state.rawValue)]
    }
}
