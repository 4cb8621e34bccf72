#pragma once

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

// Reading from a descriptor that stays ours. sf_open_fd closes it in some of its failures although it is told not to,
// and whatever was opened under that number in the meantime is then closed by its owner's own close.

static inline sf_count_t audio_file_length(void *file) {
    struct stat status;
    return fstat((int)(intptr_t)file, &status) == 0 ? status.st_size : 0;
}

static inline sf_count_t audio_file_seek(sf_count_t offset, int whence, void *file) {
    return lseek((int)(intptr_t)file, offset, whence);
}

static inline sf_count_t audio_file_read(void *bytes, sf_count_t count, void *file) {
    sf_count_t filled = 0;
    while (filled < count) {
        ssize_t got = read((int)(intptr_t)file, (char *)bytes + filled, (size_t)(count - filled));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        filled += got;
    }
    return filled;
}

static inline sf_count_t audio_file_write(const void *bytes, sf_count_t count, void *file) {
    (void)bytes, (void)count, (void)file;
    return 0;
}

static inline sf_count_t audio_file_tell(void *file) { return lseek((int)(intptr_t)file, 0, SEEK_CUR); }

static inline SNDFILE *audio_open(int descriptor, SF_INFO *header) {
    static SF_VIRTUAL_IO calls = {
        audio_file_length, audio_file_seek, audio_file_read, audio_file_write, audio_file_tell,
    };
    return sf_open_virtual(&calls, SFM_READ, header, (void *)(intptr_t)descriptor);
}

// The loops over every sample. In C, because a debug build of Swift takes fifty times as long for them, and the tests
// of whole calls run debug builds.

// Takes one channel out of interleaved frames.
static inline void audio_pick(const float *interleaved, long frames, int channels, int channel, float *mono) {
    interleaved += channel;
    for (long index = 0; index < frames; index++, interleaved += channels) mono[index] = *interleaved;
}

// What is no number becomes silence, the rest is held to -1...1.
static inline void audio_tame(float *samples, long count) {
    for (long index = 0; index < count; index++) {
        float sample = samples[index];
        samples[index] = !isfinite(sample) ? 0 : sample > 1 ? 1 : sample < -1 ? -1 : sample;
    }
}

// Samples of 16 bits, little-endian.
static inline void audio_quantise(const float *samples, long count, uint8_t *out) {
    for (long index = 0; index < count; index++) {
        float sample = samples[index] > 1 ? 1 : samples[index] < -1 ? -1 : samples[index];
        int value = (int)lrintf(sample * 32767);
        *out++ = (uint8_t)(value & 0xFF);
        *out++ = (uint8_t)(value >> 8 & 0xFF);
    }
}

// Sum of the squares.
static inline float audio_energy(const float *samples, long count) {
    float sum = 0;
    for (long index = 0; index < count; index++) sum += samples[index] * samples[index];
    return sum;
}

// Widens *low and *high to hold the samples.
static inline void audio_widen(const float *samples, long count, float *low, float *high) {
    for (long index = 0; index < count; index++) {
        if (samples[index] < *low) *low = samples[index];
        if (samples[index] > *high) *high = samples[index];
    }
}

// Adds the energy of the difference of two interleaved channels, and of both together.
static inline void audio_compare(const float *pairs, long frames, double *difference, double *sound) {
    for (long index = 0; index < frames; index++, pairs += 2) {
        *difference += (pairs[0] - pairs[1]) * (pairs[0] - pairs[1]);
        *sound += pairs[0] * pairs[0] + pairs[1] * pairs[1];
    }
}
