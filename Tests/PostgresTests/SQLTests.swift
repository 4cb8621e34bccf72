import FoundationEssentials
import Models
import Testing

@testable import Postgres

@Suite struct SQLTests {
    @Test func `a value in the text becomes a parameter`() {
        let name = "x'; DROP TABLE notes; --"
        let sql: SQL = "SELECT \(1) WHERE name = \(name) AND id = \(TenantID.platform)"
        #expect(sql.text == "SELECT $1 WHERE name = $2 AND id = $3")
        #expect(sql.parameters.entries.map(\.type) == [.int8, .text, .uuid])
        #expect(sql.parameters.entries.map(\.length) == [8, name.utf8.count, 16])
    }

    @Test func `a fragment brings its parameters along`() {
        let filter: SQL = "AND agent_id = \(TenantID.platform) AND count > \(5)"
        let sql: SQL = "SELECT id FROM calls WHERE tenant_id = \(TenantID.platform) \(filter) LIMIT \(20)"
        #expect(
            sql.text
                == "SELECT id FROM calls WHERE tenant_id = $1 AND agent_id = $2 AND count > $3 LIMIT $4")
        #expect(sql.parameters.entries.map(\.type) == [.uuid, .uuid, .int8, .int8])
        let offsets = sql.parameters.entries.map(\.offset)
        #expect(offsets == [0, 16, 32, 40])
    }

    @Test func `only a labelled constant gets into the text`() {
        let sql: SQL = "SELECT id FROM \(unescaped: "calls") ORDER BY \(unescaped: "started_at DESC")"
        #expect(sql.text == "SELECT id FROM calls ORDER BY started_at DESC")
        #expect(sql.parameters.entries.isEmpty)
    }

    @Test func `statements differ by text and by types only`() {
        func find(_ name: String) -> SQL { "SELECT id FROM calls WHERE name = \(name)" }
        func find(_ number: Int) -> SQL { "SELECT id FROM calls WHERE name = \(number)" }
        #expect(find("a").key == find("b").key)
        #expect(find("a").key != find(1).key)
    }

    @Test func `printing a statement shows no value`() {
        let sql: SQL = "SELECT id FROM people WHERE name = \("Ada Lovelace")"
        #expect("\(sql)" == "SELECT id FROM people WHERE name = $1")
        var dumped = ""
        dump(sql, to: &dumped)
        #expect(!dumped.contains("Ada"))
        #expect(!String(reflecting: sql).contains("Ada"))
    }

    @Test func `a null keeps its type`() {
        let sql: SQL = "SELECT \(String?.none), \(TenantID?.none), \([Int]?.none)"
        #expect(sql.parameters.entries.map(\.type) == [.text, .uuid, .int8Array])
        #expect(sql.parameters.entries.allSatisfy { $0.length < 0 })
    }
}

@Suite struct StatementCacheTests {
    private func key(_ number: Int) -> StatementKey { SQL(stringLiteral: "SELECT \(number)").key }

    @Test func `the least recently used statement makes room`() {
        var cache = StatementCache(limit: 2)
        #expect(cache.use(key(1)) == .absent(name: "s1", evicted: nil))
        #expect(cache.use(key(2)) == .absent(name: "s2", evicted: nil))
        #expect(cache.use(key(1)) == .prepared(name: "s1"))
        #expect(cache.use(key(3)) == .absent(name: "s3", evicted: "s2"))
        #expect(cache.use(key(1)) == .prepared(name: "s1"))
        #expect(cache.use(key(2)) == .absent(name: "s4", evicted: "s3"))
        #expect(cache.count == 2)
    }

    @Test func `a forgotten statement is prepared again under another name`() {
        var cache = StatementCache(limit: 2)
        _ = cache.use(key(1))
        cache.remove(key(1))
        #expect(cache.use(key(1)) == .absent(name: "s2", evicted: nil))
        cache.removeAll()
        #expect(cache.use(key(1)) == .absent(name: "s3", evicted: nil))
    }
}
