// zlib as Swift sees it: inflateInit2 is a macro that passes the version.
#pragma once
#include <zlib.h>

/// Reads gzip only (16 + the largest window); zlib streams and raw deflate are refused.
static inline int annals_inflate_begin_gzip(z_streamp stream) {
    return inflateInit2(stream, 16 + MAX_WBITS);
}
