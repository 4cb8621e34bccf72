/// Why a recording could not be read or a file of audio not be written.
///
/// The cases are the caller's to tell apart (a damaged file is not tried again, a full disk is); the codes are stable.
package enum AudioError: Error, Hashable, Sendable {
    /// The file holds no bytes, or not one sample.
    case empty
    /// The first bytes are of no container that is read here.
    case unrecognised
    /// The container is read here, what is inside is not.
    case unsupported
    /// The decoder gave up on the bytes.
    case malformed
    /// More than two channels, or none.
    case channels(Int)
    /// A sample rate outside of ``AudioFormat/sampleRates``.
    case sampleRate(Int)
    /// Longer than the limit that the caller gave.
    case tooLong
    /// The system refused to open or read, with its `errno`.
    case unreadable(Int32)
    /// The system refused to create or write, with its `errno`.
    case unwritable(Int32)

    /// The stable name, as it stands in the state of a call.
    package var code: String {
        switch self {
        case .empty: "audio_empty"
        case .unrecognised: "audio_unrecognised"
        case .unsupported: "audio_unsupported"
        case .malformed: "audio_malformed"
        case .channels: "audio_channels"
        case .sampleRate: "audio_sample_rate"
        case .tooLong: "audio_too_long"
        case .unreadable: "audio_unreadable"
        case .unwritable: "audio_unwritable"
        }
    }

    /// A sentence for the owner of the recording: no path, no text of a library.
    package var detail: String {
        switch self {
        case .empty: "The recording holds no sound."
        case .unrecognised: "The file is none of WAV, FLAC, Ogg or MP3."
        case .unsupported: "The file's coding is not one that can be read."
        case .malformed: "The file is damaged."
        case .channels(let count): "The recording has \(count) channels; one or two can be read."
        case .sampleRate(let rate): "The recording's sample rate of \(rate) Hz cannot be right."
        case .tooLong: "The recording is longer than is accepted."
        case .unreadable: "The recording could not be opened."
        case .unwritable: "The decoded sound could not be written."
        }
    }

    /// Whether the same bytes may succeed another time: only the system's refusals pass.
    package var isTransient: Bool {
        switch self {
        case .unreadable, .unwritable: true
        default: false
        }
    }
}
