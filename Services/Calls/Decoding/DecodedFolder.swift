import Audio
import Glibc
import JSON

/// The folder that a recording is decoded into: written by `calls decode`, read by the recognition.
struct DecodedFolder: Sendable {
    let path: String

    /// Decodes in this process; the folder gets the manifest only when everything else is there.
    func decode(recording: String, pieceSeconds: Int = 60) throws(AudioError) -> DecodedManifest {
        var decoder = RecordingDecoder()
        decoder.pieceSeconds = pieceSeconds
        var pieces: [DecodedManifest.Piece] = []
        let decoded = try decoder.decode(path: recording) { (piece) throws(AudioError) in
            let entry = describe(piece, id: pieces.count)
            try FileBytes.create(file(entry.file), piece.samples)
            pieces.append(entry)
        }
        if decoded.hasIdenticalChannels { pieces = try dropRepeats(pieces) }
        let manifest = DecodedManifest(
            contentType: decoded.format.container.contentType, codec: decoded.format.codec.rawValue,
            sampleRate: decoded.format.sampleRate, channels: decoded.format.channels,
            durationSeconds: decoded.durationSeconds, hasIdenticalChannels: decoded.hasIdenticalChannels,
            peaks: decoded.peaks.map { $0.flatMap { [Int($0.low), Int($0.high)] } }, pieces: pieces)
        let bytes: [UInt8]
        do {
            bytes = try JSON.encode(manifest)
        } catch {
            throw .malformed  // Only a number that is none can fail, and only a forged header can make one.
        }
        try FileBytes.create(file(DecodedManifest.fileName + ".part"), bytes)
        guard rename(file(DecodedManifest.fileName + ".part"), file(DecodedManifest.fileName)) == 0 else {
            throw .unwritable(errno)
        }
        return manifest
    }

    /// The samples of one piece.
    func samples(of piece: DecodedManifest.Piece) throws(AudioError) -> [Float] {
        let bytes = try FileBytes.read(file(piece.file), limit: 64 << 20)
        let count = bytes.count / MemoryLayout<Float>.stride
        return [Float](unsafeUninitializedCapacity: count) { samples, filled in
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(samples).copyMemory(from: .init(rebasing: $0[..<(count * 4)]))
            }
            filled = count
        }
    }

    func file(_ name: String) -> String { path + "/" + name }

    private func describe(_ piece: AudioPiece, id: Int) -> DecodedManifest.Piece {
        func seconds(_ frames: Int) -> Double { Double(frames) / Double(Resampler.outputRate) }
        return DecodedManifest.Piece(
            id: id, channel: piece.channel, file: "\(piece.channel)-\(piece.index).f32", frames: piece.samples.count,
            spans: piece.spans.map {
                .init(
                    pieceStartSeconds: seconds($0.pieceStart), startSeconds: seconds($0.start),
                    durationSeconds: seconds($0.count))
            })
    }

    private func dropRepeats(_ pieces: [DecodedManifest.Piece]) throws(AudioError) -> [DecodedManifest.Piece] {
        var kept: [DecodedManifest.Piece] = []
        for var piece in pieces {
            if piece.channel == 0 {
                piece.id = kept.count
                kept.append(piece)
            } else if unlink(file(piece.file)) != 0 {
                throw .unwritable(errno)
            }
        }
        return kept
    }
}
