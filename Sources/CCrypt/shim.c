#define _GNU_SOURCE
#include "shim.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

int annals_bcrypt(const char *password, const char *setting, char hash[61]) {
    // 32 KiB: too much for a thread's stack.
    struct crypt_data *data = calloc(1, sizeof *data);
    if (data == NULL) return 0;
    const char *made = crypt_r(password, setting, data);
    int is_made = made != NULL && made[0] == '$' && strlen(made) == 60;
    if (is_made) memcpy(hash, made, 61);
    // It holds the password.
    explicit_bzero(data, sizeof *data);
    free(data);
    return is_made;
}
