#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Reads `text` as dialled in `region` (ISO 3166-1 alpha-2) and writes the E.164 form, NUL-terminated.
/// Returns the length, 0 when the text is no possible number, or -1 when `capacity` is too small.
int switchboard_phone_e164(const char *text, size_t length, const char *region, char *buffer, size_t capacity);

/// Writes the digits of an E.164 number without its country's code, NUL-terminated.
/// Returns the length, 0 when it is no number, or -1 when `capacity` is too small.
int switchboard_phone_national(const char *e164, size_t length, char *buffer, size_t capacity);

#ifdef __cplusplus
}
#endif
