import Crypto
import Models

extension Recording {
    var wire: CallsAPI.Recording {
        CallsAPI.Recording(
            id: id, durationSeconds: durationSeconds, channels: channels, contentType: contentType, bytes: bytes,
            sha256: Hex.encode(sha256), isRedacted: redaction.isPending || redaction.copy != nil)
    }

    var file: CallsAPI.RecordingFile {
        CallsAPI.RecordingFile(recording: wire, offsetSeconds: offsetSeconds, startedAt: startedAt)
    }
}

extension CallResults.StoredTranscript {
    var wire: CallsAPI.Transcript {
        CallsAPI.Transcript(
            version: version, language: transcript.language, engine: transcript.engine.rawValue,
            model: transcript.model,
            segments: transcript.segments.map {
                CallsAPI.Segment(
                    id: $0.id, channel: $0.channel, speaker: $0.speaker, startSeconds: $0.startSeconds,
                    endSeconds: $0.endSeconds, text: $0.text, doubtful: $0.isDoubtful)
            })
    }
}
