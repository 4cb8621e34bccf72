import FoundationEssentials
import Glibc
import TestSupport

/// Speech made when the tests run: two voices of flite, one on each channel of a telephone line; blocking.
struct Speech: Sendable {
    static let agentText = "Good morning, this is Anna from the billing team. How can I help you today?"
    static let customerText = "I would like to know the price of the larger plan before we sign the contract."

    static let isAvailable = ["flite", "sox"].allSatisfy { access("/usr/bin/\($0)", X_OK) == 0 }

    private let folder: String

    init(in folder: String) { self.folder = folder }

    /// The agent on channel 0 and then the customer on channel 1, as 8 kHz mu-law.
    func call() throws -> [UInt8] {
        try say(Self.agentText, voice: "slt", as: "agent")
        try say(Self.customerText, voice: "rms", as: "customer")
        try sox("\(folder)/agent.wav", "\(folder)/left.wav", "pad", "0", "6")
        try sox("\(folder)/customer.wav", "\(folder)/right.wav", "pad", "6", "0")
        try sox("-M", "\(folder)/left.wav", "\(folder)/right.wav", "-r", "8000", "-e", "mu-law", "\(folder)/call.wav")
        return try bytes("call.wav")
    }

    /// Any recording in the telephone's band.
    func telephone(_ recording: String) throws -> [UInt8] {
        // Without dither, whose noise is another in each run and now and then costs a word.
        try sox("-D", recording, "-r", "8000", "-e", "mu-law", "\(folder)/telephone.wav")
        return try bytes("telephone.wav")
    }

    /// A tone of a length and a pitch.
    func tone(seconds: Double, hertz: Int) throws -> [UInt8] {
        let name = "tone-\(hertz).wav"
        try sox("-n", "-r", "8000", "-b", "16", "\(folder)/\(name)", "synth", "\(seconds)", "sine", "\(hertz)")
        return try bytes(name)
    }

    private func say(_ text: String, voice: String, as name: String) throws {
        try Program.run(
            "/usr/bin/flite", ["-voice", voice, "-t", text, "-o", "\(folder)/\(name).wav"], log: "\(folder)/speech.log")
    }

    private func sox(_ arguments: String...) throws {
        try Program.run("/usr/bin/sox", arguments, log: "\(folder)/speech.log")
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
    }
}

/// How well words were heard.
enum Words {
    static func of(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }.map(String.init)
    }

    /// Least number of words to change, add and drop, by the number of words that were spoken.
    static func errorRate(_ heard: String, spoken: String) -> Double {
        let (heard, spoken) = (of(heard), of(spoken))
        var row = Array(0...heard.count)
        for (index, word) in spoken.enumerated() {
            var next = [index + 1]
            for (column, other) in heard.enumerated() {
                next.append(min(row[column] + (word == other ? 0 : 1), row[column + 1] + 1, next[column] + 1))
            }
            row = next
        }
        return Double(row[heard.count]) / Double(spoken.count)
    }
}
