import Audio
import Glibc
import JSON

/// `calls decode <recording> <folder>`: the process that reads what strangers recorded.
///
/// It does one recording and ends. Before it looks at a byte of it, it lowers its priority, gives itself limits of memory,
/// time and file size, closes what it inherited and gives up making sockets; so damage stays in here. It writes the
/// pieces and, last, the manifest into the folder, which must exist. Standard output gets one JSON line:
/// `{"pieces": n}`, or `{"error": {"code", "detail"}}` together with the exit status of the kind of failure.
enum DecodeCommand {
    /// Exit statuses, by the names of `sysexits.h`.
    enum Status {
        static let success: Int32 = 0
        static let usage: Int32 = 64
        /// The recording is at fault: the same bytes will fail again.
        static let badRecording: Int32 = 65
        /// The recording is not there or may not be read.
        static let noInput: Int32 = 66
        /// The folder cannot be written, perhaps only now.
        static let cannotWrite: Int32 = 73
    }

    private struct Answer: Codable {
        var pieces: Int
    }

    private struct Refusal: Codable {
        struct Reason: Codable {
            var code: String
            var detail: String
        }
        var error: Reason
    }

    /// What stands after `decode` on the command line: recording, folder and, if wanted, the seconds of a piece.
    static func run(_ arguments: [String]) -> Int32 {
        ChildLimits.decoding.apply()
        guard arguments.count == 2 || arguments.count == 3,
            let pieceSeconds = arguments.count == 3 ? Int(arguments[2]) : 60, (5...120).contains(pieceSeconds)
        else {
            return answer(
                Refusal(
                    error: .init(code: "usage", detail: "calls decode <recording> <folder> [<seconds of a piece>]")),
                Status.usage)
        }
        do throws(AudioError) {
            let manifest = try DecodedFolder(path: arguments[1]).decode(
                recording: arguments[0], pieceSeconds: pieceSeconds)
            return answer(Answer(pieces: manifest.pieces.count), Status.success)
        } catch {
            return answer(Refusal(error: .init(code: error.code, detail: error.detail)), status(of: error))
        }
    }

    private static func status(of error: AudioError) -> Int32 {
        switch error {
        case .unreadable: Status.noInput
        case .unwritable: Status.cannotWrite
        default: Status.badRecording
        }
    }

    private static func answer(_ line: some Encodable, _ status: Int32) -> Int32 {
        do {
            FileBytes.write(try JSON.encode(line) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
        } catch {
            return status  // It says enough without the line.
        }
        return status
    }
}
