#pragma once

#include <zlib.h>

// A macro in zlib. 31: the largest window, with gzip's head and tail.
static inline int switchboard_gzip_begin(z_streamp stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
}
