import Models

/// Hours of a week as columns of a row, and back.
enum AgentHours {
    static func columns(_ hours: [CallsAPI.AgentHours]) -> (weekdays: [Int32], from: [Int32], to: [Int32]) {
        (
            hours.map { Int32($0.weekday) }, hours.map { Int32(CallingHours.minutes($0.from) ?? 0) },
            hours.map { Int32(CallingHours.minutes($0.to) ?? 1440) }
        )
    }

    static func read(_ weekdays: [Int32], _ from: [Int32], _ to: [Int32]) -> [CallsAPI.AgentHours] {
        zip(weekdays, zip(from, to)).map { day, times in
            CallsAPI.AgentHours(weekday: Int(day), from: text(times.0), to: text(times.1))
        }
    }

    private static func text(_ minutes: Int32) -> String {
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }

    /// What is wrong with hours that somebody has given.
    static func faults(of hours: [CallsAPI.AgentHours]) -> [FieldError] {
        hours.enumerated().compactMap { index, one in
            guard let from = CallingHours.minutes(one.from), let to = CallingHours.minutes(one.to) else {
                return FieldError(pointer: "/hours/\(index)", code: "invalid_format", detail: "09:00 expected")
            }
            guard from >= to else { return nil }
            return FieldError(
                pointer: "/hours/\(index)", code: "out_of_range", detail: "The hours end before they begin.")
        }
    }
}
