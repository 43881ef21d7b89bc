#pragma once

#include <stddef.h>

/// HMAC-SHA256 by the system's libcrypto, in 64 hexadecimal digits. 0 where there was no memory.
int benchmark_signature(const unsigned char *key, size_t key_size, const unsigned char *text,
                        size_t text_size, char digits[64]);
