// What a disk would lose at power loss: the old content of blocks that were written and not synced.
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 4096, BUCKETS = 4096 };

/// What a block held when the file was last synced; zeros where it did not exist.
struct block {
    int64_t number;
    bool doomed;  // its sync failed: later syncs do not save it, only a new write does
    struct block *next;
    uint8_t old[BLOCK];
};

struct file {
    dev_t device;
    ino_t inode;
    int undo;  // a descriptor of our own, never closed: closing it would drop the process's locks
    int64_t synced_size;
    bool live;
    struct block *blocks[BUCKETS];
};

static struct block **slot(struct file *file, int64_t number) {
    struct block **place = &file->blocks[(uint64_t)number % BUCKETS];
    while (*place != NULL && (*place)->number != number) place = &(*place)->next;
    return place;
}

/// Keeps the block's content of now, unless an older one is kept already.
static void keep(struct file *file, int64_t number) {
    struct block **place = slot(file, number);
    if (*place != NULL) {
        (*place)->doomed = false;
        return;
    }
    struct block *block = calloc(1, sizeof *block);
    if (block == NULL) abort();
    block->number = number;
    if (pread(file->undo, block->old, BLOCK, number * BLOCK) < 0) abort();
    *place = block;
}

static void keep_range(struct file *file, int64_t start, int64_t end) {
    if (end <= start) return;
    for (int64_t number = start / BLOCK; number <= (end - 1) / BLOCK; number++) keep(file, number);
}

static int64_t size_of(struct file *file) {
    struct stat now;
    return fstat(file->undo, &now) == 0 ? now.st_size : 0;
}

/// A sync came back well: what is kept is on the disk now, but for the doomed blocks.
static void forget(struct file *file) {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        struct block **place = &file->blocks[bucket];
        while (*place != NULL) {
            struct block *block = *place;
            if (block->doomed) {
                place = &block->next;
                continue;
            }
            *place = block->next;
            free(block);
        }
    }
    file->synced_size = size_of(file);
}

static void doom(struct file *file) {
    for (int bucket = 0; bucket < BUCKETS; bucket++)
        for (struct block *block = file->blocks[bucket]; block != NULL; block = block->next)
            block->doomed = true;
}

/// Puts back what was not synced; `torn` lets a random half of it survive. Returns blocks undone.
/// `write` and `truncate` are the system's own.
static long undo(
    struct file *file, bool torn, ssize_t (*write)(int, const void *, size_t, off_t),
    int (*truncate)(int, off_t)) {
    long undone = 0;
    int64_t size = size_of(file);
    if (!torn || rand() % 2) size = file->synced_size;
    for (int bucket = 0; bucket < BUCKETS; bucket++)
        for (struct block *block = file->blocks[bucket]; block != NULL; block = block->next) {
            if (torn && !block->doomed && rand() % 2) continue;
            if (write(file->undo, block->old, BLOCK, block->number * BLOCK) < 0) abort();
            undone++;
        }
    if (truncate(file->undo, size) != 0) abort();
    return undone;
}
