import Models

/// The hours of a week in which the law of a region lets people be called, at the callee's place.
struct CallingHours: Sendable, Hashable {
    /// Hours of one day of the week, in minutes after midnight.
    struct Window: Sendable, Hashable {
        /// 1 for Monday to 7 for Sunday.
        var weekday: Int
        var from: Int
        var to: Int
    }

    /// The key of a number of the United States whose state nobody knows, such as a free number.
    static let anyState = "US-*"
    /// The key of a country that the table does not have.
    static let anywhere = "*"

    /// Whose rule it is: the state's, the country's or `*`.
    var region: String
    var windows: [Window]
    /// Whose holidays are closed; nil for none.
    var holidays: String?
    /// Where the rule stands.
    var source: String

    /// The rule of a region; the strictest for a place that the table does not have.
    static func of(_ region: String) -> CallingHours {
        if let own = all[region] { return own }
        if let ofCountry = all[String(region.prefix(2))] { return ofCountry }
        return all[anywhere] ?? CallingHours(region: anywhere, windows: [], holidays: nil, source: "")
    }

    /// The regions that have rules of their own, in order.
    static var regions: [String] { all.keys.sorted() }

    private static let all: [String: CallingHours] = Dictionary(
        CallingHoursTable.rows.compactMap(CallingHours.init(line:)).map { ($0.region, $0) }
    ) { first, _ in first }

    /// Reads `FR | 1-5 10:00-13:00, 1-5 14:00-20:00 | FR | source`; nil for what is not written so.
    init?(line: some StringProtocol) {
        let fields = line.split(separator: "|", omittingEmptySubsequences: false).map { String($0).trimmed }
        guard fields.count == 4 else { return nil }
        var windows: [Window] = []
        for part in fields[1].split(separator: ",") {
            let words = part.split(separator: " ")
            guard words.count == 2, let days = Self.range(words[0]),
                case let times = words[1].split(separator: "-").compactMap(Self.minutes), times.count == 2
            else { return nil }
            windows += days.map { Window(weekday: $0, from: times[0], to: times[1]) }
        }
        self.init(
            region: fields[0], windows: windows, holidays: fields[2].isEmpty ? nil : fields[2], source: fields[3])
    }

    init(region: String, windows: [Window], holidays: String?, source: String) {
        self.region = region
        self.windows = windows
        self.holidays = holidays
        self.source = source
    }

    private static func range(_ text: Substring) -> ClosedRange<Int>? {
        let ends = text.split(separator: "-").compactMap { Int($0) }
        guard let first = ends.first, let last = ends.last, (1...7).contains(first), (first...7).contains(last) else {
            return nil
        }
        return first...last
    }

    /// Minutes after midnight of `09:30`.
    static func minutes(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, parts[0].utf8.count == 2, parts[1].utf8.count == 2, let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...24).contains(hour), (0...59).contains(minute), hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }
}
