import Glibc
import IO
import Telemetry
import TestSupport
import Testing

@testable import TLS

@Suite struct ReloadTests {
    @Test func `a certificate is replaced under load without a lost request`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let watch = CertificateWatch(
                folder: server.certificates, loop: server.loop, logger: server.log.logger(), metrics: server.metrics)
            let watching = server.loop.spawn { await watch.run() }
            // Two clients that connect for each request, two that stay; each until the file `stop` appears.
            let load = server.loop.spawn {
                try? await server.python(
                    """
                    seen, done, lost = set(), [0], []
                    def serve(keeps):
                        held = None
                        while not os.path.exists("stop"):
                            try:
                                s = held or connect()
                                seen.add(s.getpeercert()["serialNumber"])
                                s.sendall(HELLO)
                                if not answer(s).startswith(b"HTTP/1.1 200"): lost.append("no answer")
                                done[0] += 1
                                if keeps: held = s
                                else: s.close()
                            except OSError as error:
                                lost.append(repr(error))
                                held = None
                    threads = [threading.Thread(target=serve, args=(index < 2,)) for index in range(4)]
                    for t in threads: t.start()
                    for t in threads: t.join()
                    print(f"lost={lost[:3]} many={done[0] > 100} certificates={len(seen)}")
                    """)
            }
            let pairs = server.authority.pairs
            for name in ["second", "third", "fourth"] {
                try await server.authority.sign(name, ["suite.test", "\(name).test"])
                // As a deploy hook does it: one file after the other.
                rename("\(pairs)/\(name).key", "\(pairs)/suite.key")
                rename("\(pairs)/\(name).crt", "\(pairs)/suite.crt")
                _ = await server.log.line(containing: "suite.test \(name).test")
                let text = try await server.client(name: "\(name).test")
                #expect(text.contains("secure=true"))
            }
            _ = try await server.command("touch stop")
            let result = await load.value
            #expect(result?.contains("lost=[] many=True certificates=") == true, "\(result ?? "")")
            #expect(result?.contains("certificates=1") == false)
            watching.cancel()
            await watching.value
        }
    }

    @Test func `files are looked at when asked, and what ends soon is warned of once a day`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let watch = CertificateWatch(
                folder: server.certificates, loop: server.loop, logger: server.log.logger(), metrics: server.metrics)
            let watching = server.loop.spawn { await watch.run() }
            try await server.authority.sign("soon", ["soon.test"], days: 13)
            watch.reloadSoon()
            let line = await server.log.line(containing: "Certificate ends soon")
            #expect(line.contains("soon"))
            #expect(!server.log.lines.contains { $0.contains("ends soon") && $0.contains(#""certificate":"suite""#) })
            watch.reloadSoon()
            try await server.authority.sign("next", ["next.test"])
            _ = await server.log.line(containing: "next.test")
            #expect(server.log.lines.count { $0.contains("Certificate ends soon") } == 1)
            let shown = String(decoding: server.metrics.render(), as: UTF8.self)
            let left = shown.firstMatch(of: /tls_certificate_expires_seconds\{name="soon"\} (\d+)/).flatMap {
                Int($0.1)
            }
            #expect((left ?? 0) > 12 * 86_400 && (left ?? 0) <= 13 * 86_400)
            watching.cancel()
            await watching.value
        }
    }
}
