import Glibc
import IO
import Telemetry
import TestSupport
import Testing

@testable import TLS

@Suite struct CertificateTests {
    /// The subject's common name that a client sees.
    private func subject(_ server: ServerUnderTest, _ name: String?, _ options: String = "") async throws -> String? {
        let text = try await server.client(options, name: name)
        return text.firstMatch(of: /subject=(?:O = [^,]*, )?CN = (\S+)/).map { String($0.1) }
    }

    @Test func `each host gets its own certificate, a wildcard one label deep, others the default`() async throws {
        try await ServerUnderTest.run(prepare: { authority in
            try await authority.sign("suite", ["*.suite.test"])
            try await authority.sign("a-custom", ["calls.acme.test", "www.acme.test"])
            try await authority.sign("base", ["suite.test"])
        }) { (server) async throws in
            for (name, expected) in [
                ("acme.suite.test", "any.suite.test"), ("ACME.Suite.TEST", "any.suite.test"),
                ("calls.acme.test", "calls.acme.test"), ("www.acme.test", "calls.acme.test"),
                ("suite.test", "suite.test"), ("deep.acme.suite.test", "any.suite.test"),
                ("unknown.test", "any.suite.test"), (nil, "any.suite.test"),
            ] {
                #expect(try await subject(server, name) == expected)
            }
        }
    }

    @Test func `a pair called default is the default`() async throws {
        try await ServerUnderTest.run(prepare: { authority in
            try await authority.sign("default", ["fallback.test"])
            try await authority.sign("suite", ["*.suite.test"])
        }) { (server) async throws in
            #expect(try await subject(server, "unknown.test") == "fallback.test")
            #expect(try await subject(server, "acme.suite.test") == "any.suite.test")
        }
    }

    @Test func `the folders of certbot are read, through links`() async throws {
        try await ServerUnderTest.run(prepare: { authority in
            try await authority.sign("made", ["live.test"])
            mkdir("\(authority.folder)/archive", 0o700)
            mkdir("\(authority.pairs)/live.test", 0o700)
            rename("\(authority.pairs)/made.crt", "\(authority.folder)/archive/fullchain1.pem")
            rename("\(authority.pairs)/made.key", "\(authority.folder)/archive/privkey1.pem")
            symlink("../../archive/fullchain1.pem", "\(authority.pairs)/live.test/fullchain.pem")
            symlink("../../archive/privkey1.pem", "\(authority.pairs)/live.test/privkey.pem")
        }) { (server) async throws in
            #expect(try await subject(server, "live.test") == "live.test")
        }
    }

    @Test func `an RSA and an ECDSA pair of one host serve each their clients`() async throws {
        try await ServerUnderTest.run(prepare: { authority in
            try await authority.sign("curve", ["suite.test"])
            try await authority.sign("rsa", ["suite.test"], key: "rsa:2048")
        }) { (server) async throws in
            let curve = try await server.client("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256")
            let rsa = try await server.client("-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256")
            #expect(curve.contains("secure=true") && rsa.contains("secure=true"))
        }
    }

    @Test func `the chain goes along`() async throws {
        try await ServerUnderTest.run(prepare: { authority in
            try await authority.sign("suite", ["suite.test"])
            try await authority.shell("cat root.pem >> pairs/suite.crt")
        }) { (server) async throws in
            let text = try await server.client("-showcerts")
            #expect(text.components(of: "BEGIN CERTIFICATE") >= 2)
        }
    }

    @Test func `a bad new pair keeps the old one and says why`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let before = server.certificates.reports
            #expect(before.map(\.fault) == [nil])
            #expect(before.first?.hosts == ["suite.test", "*.suite.test"])
            try await server.authority.sign("other", ["other.test"])
            let pairs = server.authority.pairs
            rename("\(pairs)/other.key", "\(pairs)/suite.key")
            unlink("\(pairs)/other.crt")
            server.certificates.reload()
            #expect(server.certificates.reports.first?.fault?.contains("not that of the certificate") == true)
            #expect(try await subject(server, "suite.test") == "suite.test")

            for (file, words) in [("crt", "no certificate"), ("key", "cannot be read")] {
                try await server.authority.sign("suite", ["suite.test"])
                server.certificates.reload()
                #expect(server.certificates.reports.first?.fault == nil)
                try await server.authority.shell("echo nonsense > pairs/suite.\(file)")
                server.certificates.reload()
                #expect(server.certificates.reports.first?.fault?.contains(words) == true)
                #expect(try await subject(server, "suite.test") == "suite.test")
            }
        }
    }

    @Test func `a certificate that has ended does not replace one that has not`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            try await server.authority.sign("suite", ["suite.test"], days: 0)
            // Its last second is the one in which it was made.
            while server.authority.isFresh("suite.crt") { _ = try await server.command("sleep 0.2") }
            server.certificates.reload()
            #expect(server.certificates.reports.first?.fault?.contains("has ended") == true)
            #expect((server.certificates.reports.first?.expires ?? 0) > time(nil) + 86_400)
        }
    }

    @Test func `a key that every account may read is warned of, and one with a passphrase asks nobody`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            try await server.authority.sign("open", ["open.test"])
            chmod("\(server.authority.pairs)/open.key", 0o644)
            server.certificates.reload()
            #expect(server.log.text.contains("Private key can be read by every account"))
            #expect(try await subject(server, "open.test") == "open.test")
            try await server.authority.shell(
                "openssl ec -in pairs/open.key -aes128 -passout pass:secret -out pairs/locked.key; cp pairs/open.crt pairs/locked.crt"
            )
            server.certificates.reload()
            let locked = server.certificates.reports.first { $0.name == "locked" }
            #expect(locked?.fault?.contains("passphrase") == true)
        }
    }

    @Test func `a removed pair is gone and an unreadable folder is a fault that changes nothing`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            try await server.authority.sign("other", ["other.test"])
            server.certificates.reload()
            #expect(try await subject(server, "other.test") == "other.test")
            unlink("\(server.authority.pairs)/other.crt")
            server.certificates.reload()
            #expect(try await subject(server, "other.test") == "suite.test")
            rename(server.authority.pairs, "\(server.authority.folder)/away")
            server.certificates.reload()
            #expect(server.certificates.reports.contains { $0.fault?.contains("folder") == true })
            #expect(try await subject(server, "suite.test") == "suite.test")
        }
    }

    @Test func `what the system's roots vouch for is trusted, the development certificate never`() async {
        // In a process of its own, because the system's roots are told by its environment.
        await #expect(processExitsWith: .success) {
            for (organisation, isTrusted) in [("Test", true), ("Switchboard development", false)] {
                let authority = try await Authority.make(organisation: organisation)
                defer { authority.remove() }
                setenv("SSL_CERT_FILE", authority.root, 1)
                try await authority.sign("suite", ["suite.test", "*.suite.test"])
                let folder = CertificateFolder(
                    path: authority.pairs, preferredDomain: "suite.test", logger: LogCapture().logger())
                folder.reload()
                precondition(folder.reports.map(\.isTrusted) == [isTrusted])
                precondition(folder.isTrusted("acme.suite.test") == isTrusted)
                precondition(!folder.isTrusted("deep.acme.suite.test") && !folder.isTrusted("other.test"))
                precondition(!folder.index.isTrusted("suite.test", at: time(nil) + 31 * 86_400))
            }
        }
    }

    @Test func `what the system's roots do not know is not trusted`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            #expect(server.certificates.reports.map(\.isTrusted) == [false])
            #expect(!server.certificates.isTrusted("suite.test"))
        }
    }
}

extension Authority {
    /// Whether a pair's certificate is still in the second that it was made in.
    fileprivate func isFresh(_ file: String) -> Bool {
        var state = stat()
        return stat("\(pairs)/\(file)", &state) == 0 && state.st_mtim.tv_sec + 1 >= time(nil)
    }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
