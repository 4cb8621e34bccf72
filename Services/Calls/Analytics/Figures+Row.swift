import Postgres

extension Figures {
    /// Reads the columns of `FigureColumns`.
    init(row: inout RowReader) throws(PostgresError) {
        var values: [Int] = []
        for _ in 0..<18 { values.append(try row.next(Int.self)) }
        self.init(values)
    }
}
