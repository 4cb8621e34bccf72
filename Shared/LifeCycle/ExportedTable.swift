/// A table of which a tenant gets its rows in its archive, and a person those that are about them.
package struct ExportedTable: Sendable {
    /// Rows elsewhere with which rows of a table go, as transcripts do with calls.
    package struct Link: Sendable {
        let table: StaticString
        let key: StaticString
        let column: StaticString

        /// The other table with its key, and the column here that has the key's value.
        package init(_ table: StaticString, _ key: StaticString = "id", by column: StaticString) {
            (self.table, self.key, self.column) = (table, key, column)
        }
    }

    let identifier: StaticString
    /// Columns that stay here: secrets, digests, and what only this program can read.
    package let omitted: [String]
    /// What says that a row is about somebody whom it does not name.
    let link: Link?

    package var name: String { identifier.description }

    package init(_ name: StaticString, omitting omitted: [String] = [], of link: Link? = nil) {
        identifier = name
        self.omitted = omitted
        self.link = link
    }
}
