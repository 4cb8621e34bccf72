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

/// The kinds of number that callers treat apart.
enum switchboard_phone_kind {
    SWITCHBOARD_PHONE_INVALID = 0,
    SWITCHBOARD_PHONE_ORDINARY = 1,
    SWITCHBOARD_PHONE_MOBILE = 2,
    SWITCHBOARD_PHONE_TOLL_FREE = 3,
    SWITCHBOARD_PHONE_PREMIUM = 4,
    SWITCHBOARD_PHONE_SHARED_COST = 5,
    SWITCHBOARD_PHONE_OTHER = 6
};

/// Writes the region of an E.164 number (ISO 3166-1 alpha-2, `001` for none), NUL-terminated, and its kind.
/// Returns the length, 0 when no plan knows the number's region, or -1 when `capacity` is too small.
int switchboard_phone_region(const char *e164, size_t length, char *buffer, size_t capacity, int *kind);

/// Whether a text as dialled in `region` reaches the emergency services there: 1 or 0.
int switchboard_phone_is_emergency(const char *text, size_t length, const char *region);

#ifdef __cplusplus
}
#endif
