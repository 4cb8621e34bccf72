#pragma once

#include <argon2.h>
#include <malloc.h>

/* Blocks from 1 MiB on come from the system and go back to it. glibc would raise that bound with the first hash that is
   freed, and keep the 19 MiB of each thread from then on. Returns 1, or 0 when it is refused. */
static inline int switchboard_return_large_blocks(void) { return mallopt(M_MMAP_THRESHOLD, 1 << 20); }
