import CLibpq

extension PostgresError {
    /// The error that an answer of the server carries.
    static func from(_ result: OpaquePointer, statement: String?) -> PostgresError {
        func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        // The codes are the protocol's letters; libpq's macros are character constants, which do not import.
        let state = field(ErrorField.state)
        guard let state else {
            // libpq made the answer itself: the connection broke while the statement was on its way.
            var error = PostgresError.unavailable(PQresultErrorMessage(result).map { String(cString: $0) } ?? "")
            error.isOutcomeUnknown = true
            return error
        }
        var error = PostgresError(kind(ofState: state), field(ErrorField.message) ?? "no message")
        error.sqlState = state
        error.constraint = field(ErrorField.constraint)
        error.table = field(ErrorField.table)
        error.statement = statement
        return error
    }

    private enum ErrorField {
        static let state = Int32(UInt8(ascii: "C"))
        static let message = Int32(UInt8(ascii: "M"))
        static let table = Int32(UInt8(ascii: "t"))
        static let constraint = Int32(UInt8(ascii: "n"))
    }
}
