#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Writes the code of the language that most of a UTF-8 text is in, NUL-terminated, and its share in percent.
/// Returns the length, 0 when the text does not tell, or -1 when `capacity` is too small.
int switchboard_language(const char *text, size_t length, char *buffer, size_t capacity, int *percent);

#ifdef __cplusplus
}
#endif
