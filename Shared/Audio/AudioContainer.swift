/// The kinds of file that are taken as recordings, told by their first bytes alone.
///
/// What a sender says the type is (`Content-Type`, a file name) is never believed.
package enum AudioContainer: String, CaseIterable, Sendable {
    case wav
    case flac
    case ogg
    case mp3

    /// The type under which the bytes are served again.
    package var contentType: String {
        switch self {
        case .wav: "audio/wav"
        case .flac: "audio/flac"
        case .ogg: "audio/ogg"
        case .mp3: "audio/mpeg"
        }
    }

    /// How many bytes of the file's beginning ``sniff(_:)`` wants to see at most.
    package static let sniffLength = 64

    /// The kind of file that begins with these bytes, or nil for none of them.
    package static func sniff(_ head: some RandomAccessCollection<UInt8>) -> AudioContainer? {
        let bytes = [UInt8](head.prefix(sniffLength))
        func starts(_ text: StaticString, at offset: Int = 0) -> Bool {
            guard bytes.count >= offset + text.utf8CodeUnitCount else { return false }
            return text.withUTF8Buffer { $0.elementsEqual(bytes[offset..<offset + $0.count]) }
        }
        if starts("RIFF"), starts("WAVE", at: 8) { return .wav }
        if starts("RF64"), starts("WAVE", at: 8) { return .wav }
        if starts("fLaC") { return .flac }
        if starts("OggS") { return .ogg }
        if starts("ID3") || isMPEGFrame(bytes) { return .mp3 }
        return nil
    }

    /// A frame header of ISO/IEC 11172-3: eleven bits of sync, then fields of which some values are reserved.
    ///
    /// The reserved layer is what AAC in ADTS frames carries, which is not read here.
    private static func isMPEGFrame(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 else { return false }
        let version = bytes[1] >> 3 & 3
        let layer = bytes[1] >> 1 & 3
        let bitRate = bytes[2] >> 4
        let sampleRate = bytes[2] >> 2 & 3
        return version != 1 && layer != 0 && bitRate != 15 && bitRate != 0 && sampleRate != 3
    }
}
