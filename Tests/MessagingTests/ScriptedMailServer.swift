import IO

/// A mail server that answers as a test says; confined to the test's loop.
final class ScriptedMailServer: @unchecked Sendable {
    /// One letter as it was handed over.
    struct Delivery: Sendable {
        var commands: [String]
        var message: String
    }

    private let socket: ListeningSocket
    private var listener: TCPListener?
    private var sessions: [Session] = []
    private let writer: AsyncStream<Delivery>.Continuation
    let deliveries: AsyncStream<Delivery>
    /// What stands instead of the usual answer the next time that a command begins with the word.
    private var answers: [(word: String, answer: String)] = []
    /// Beside the usual ones.
    let extensions: [String]

    var port: Int { socket.port }
    var url: String { "smtp://127.0.0.1:\(port)" }

    init(_ loop: EventLoop, extensions: [String] = [], answering answers: [(String, String)] = []) throws {
        socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        self.answers = answers.map { (word: $0.0, answer: $0.1) }
        self.extensions = extensions
        (deliveries, writer) = AsyncStream<Delivery>.makeStream()
        listener = try TCPListener(loop: loop, socket: socket) { [unowned self] accepted in
            sessions.append(Session(accepted, self))
        }
    }

    func next() async -> Delivery? {
        for await delivery in deliveries { return delivery }
        return nil
    }

    func close() {
        listener?.close()
        for session in sessions { session.close() }
    }

    fileprivate func answer(to line: String, usual: String) -> String {
        guard let index = answers.firstIndex(where: { line.hasPrefix($0.word) }) else { return usual }
        return answers.remove(at: index).answer
    }

    fileprivate func took(_ delivery: Delivery) { writer.yield(delivery) }

    /// One connection, as RFC 5321 has it.
    private final class Session: TCPConnectionDelegate {
        private let connection: TCPConnection
        private unowned let server: ScriptedMailServer
        private var received: [UInt8] = []
        private var commands: [String] = []
        private var message: [String]?
        private var isSigningIn = false

        init(_ connection: TCPConnection, _ server: ScriptedMailServer) {
            self.connection = connection
            self.server = server
            connection.delegate = self
            connection.startReading()
            say(server.answer(to: "CONNECT", usual: "220 mail.example ready"))
        }

        func close() { connection.close() }

        private func say(_ lines: String) { Array((lines + "\r\n").utf8).withUnsafeBytes { connection.write($0) } }

        func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
            received += bytes
            while let end = received.firstRange(of: Array("\r\n".utf8)) {
                let line = String(decoding: received[..<end.lowerBound], as: UTF8.self)
                received.removeFirst(end.upperBound)
                take(line)
            }
        }

        func connectionDidReachEnd(_ connection: TCPConnection) { connection.close() }
        func connectionDidDrain(_ connection: TCPConnection) {}
        func connection(_ connection: TCPConnection, didClose error: IOError?) {}

        private func take(_ line: String) {
            guard message == nil else { return takeContent(line) }
            commands.append(line)
            switch line.prefix(4) {
            case "EHLO":
                let lines = ["mail.example", "SIZE 1000000", "8BITMIME"] + server.extensions
                let usual = lines.enumerated().map { "250\($0 == lines.count - 1 ? " " : "-")\($1)" }
                say(server.answer(to: line, usual: usual.joined(separator: "\r\n")))
            case "DATA":
                let answer = server.answer(to: line, usual: "354 go on")
                if answer.hasPrefix("354") { message = [] }
                say(answer)
            case "QUIT":
                say("221 bye")
                connection.close()
            case "AUTH":
                let usual = line == "AUTH PLAIN" ? "334 " : "235 welcome"
                isSigningIn = usual.hasPrefix("334")
                say(server.answer(to: line, usual: usual))
            default:
                if isSigningIn {
                    isSigningIn = false
                    return say("235 welcome")
                }
                say(server.answer(to: line, usual: "250 fine"))
            }
        }

        private func takeContent(_ line: String) {
            guard line == "." else {
                message?.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
                return
            }
            let delivery = Delivery(commands: commands, message: (message ?? []).joined(separator: "\r\n"))
            message = nil
            let answer = server.answer(to: ".", usual: "250 taken")
            say(answer)
            if answer.hasPrefix("250") { server.took(delivery) }
        }
    }
}
