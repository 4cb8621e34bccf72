/// A table of which a tenant gets its rows in its archive.
package struct ExportedTable: Sendable {
    package let name: String
    /// Columns that stay here: secrets, digests, and what only this program can read.
    package let omitted: [String]

    package init(_ name: String, omitting omitted: [String] = []) {
        self.name = name
        self.omitted = omitted
    }
}
