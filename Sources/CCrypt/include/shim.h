#pragma once

#include <stddef.h>

/// Hashes a password as `setting` says: another hash, or its first 29 bytes. The 61 bytes of `hash` get
/// 60 of text and a zero. 0 where that failed. Takes as long as the setting's cost demands.
int annals_bcrypt(const char *password, const char *setting, char hash[61]);
