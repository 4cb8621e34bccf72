import Models

/// Reads the rows of a file of numbers: by its first line when that names columns, else numbers alone.
struct DoNotCallFile {
    /// Why a row is passed over; the words of the report.
    enum Fault: String, Sendable {
        case tooLong = "too_long"
        case invalidNumber = "invalid_number"
        case invalidReason = "invalid_reason"
        case invalidDate = "invalid_date"
        /// The number stood on an earlier line of the same portion.
        case repeated

        var detail: String {
            switch self {
            case .tooLong: "The row is too long."
            case .invalidNumber: "This is no telephone number."
            case .invalidReason: "requested, register, litigation, wrong_number or other expected"
            case .invalidDate: "A date such as 2027-01-31 or an instant in the future expected."
            case .repeated: "The number stands on an earlier line."
            }
        }
    }

    private static let numberNames: Set<String> = ["number", "phone", "phone_number", "telephone", "mobile"]

    let country: String
    private var columns: [String]?
    private var isFirst = true

    init(country: String) { self.country = country }

    /// The number that a row wants on the list; nil for the line of names.
    mutating func read(_ cells: [String]) -> Result<DoNotCallList.Wanted, FaultError>? {
        let cells = cells.map(\.trimmed)
        if isFirst {
            isFirst = false
            // Some programs begin a file with a mark of its encoding.
            let names = cells.map { $0.replacing("\u{feff}", with: "").lowercased() }
            if names.contains(where: Self.numberNames.contains) {
                columns = names
                return nil
            }
        }
        do throws(FaultError) { return .success(try wanted(cells)) } catch { return .failure(error) }
    }

    /// A fault that is thrown.
    struct FaultError: Error {
        let fault: Fault
    }

    private func wanted(_ cells: [String]) throws(FaultError) -> DoNotCallList.Wanted {
        func cell(_ name: String) -> String? {
            guard let columns, let place = columns.firstIndex(of: name), place < cells.count, !cells[place].isEmpty
            else { return nil }
            return cells[place]
        }
        let place = columns?.firstIndex(where: Self.numberNames.contains) ?? 0
        guard place < cells.count,
            let subject = ContactSubject(number: cells[place].replacing("\u{feff}", with: ""), country: country)
        else { throw FaultError(fault: .invalidNumber) }
        var reason = DoNotCallReason.register
        if let text = cell("reason") {
            guard let known = DoNotCallReason(rawValue: text.lowercased()) else {
                throw FaultError(fault: .invalidReason)
            }
            reason = known
        }
        return DoNotCallList.Wanted(
            subject: subject, reason: reason, note: cell("note").map { String($0.prefix(1000)) },
            expiresAt: try expiry(cell("expires_at")))
    }

    private func expiry(_ text: String?) throws(FaultError) -> Timestamp? {
        guard let text else { return nil }
        do {
            let instant =
                try text.utf8.count == 10 ? Timestamp(jsonText: text + "T00:00:00Z") : Timestamp(jsonText: text)
            guard instant > .now() else { throw FaultError(fault: .invalidDate) }
            return instant
        } catch { throw FaultError(fault: .invalidDate) }
    }
}
