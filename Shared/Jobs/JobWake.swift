/// What runners are told of a job that was written down: its kind, and in how many milliseconds it is due if it is not yet.
struct JobWake: Equatable {
    var kind: String
    var after: Duration

    init(kind: String, after: Duration = .zero) {
        self.kind = kind
        self.after = after
    }

    init(message: String) {
        let parts = message.split(separator: " ", maxSplits: 1)
        kind = parts.first.map(String.init) ?? ""
        // Not later than the poll would find it.
        after = parts.count == 2 ? .milliseconds(min(2_000, max(0, Int(parts[1]) ?? 0))) : .zero
    }

    var message: String { after > .zero ? "\(kind) \(Int((after / .milliseconds(1)).rounded(.up)))" : kind }
}
