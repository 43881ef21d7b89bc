// A disk that forgets: a preload library that makes one directory behave like a disk at power loss.
//
// What a process writes under LOSTWRITES_DIRECTORY stays visible to it, as in the page cache, but the
// old content of each block is kept until the file is synced. Commands arrive as single letters on
// the FIFO named by LOSTWRITES_CONTROL:
//
//   p  power loss: every block and length that was not synced goes back, then the process ends
//   t  the same with a torn end: of the blocks that were not synced, a random half survives
//   e  the next sync fails with EIO, and, as on Linux, its blocks count as clean but never arrive
//   f  the disk is full: a write that would lengthen a file fails with ENOSPC
//   r  room again
//
// Each command is answered by one line on stderr. Creating and deleting a file is taken as durable.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "unsynced.h"

enum { FILES = 64, DESCRIPTORS = 65536 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file files[FILES];
static struct file *by_descriptor[DESCRIPTORS];
static char directory[PATH_MAX];
static size_t directory_length;
static bool fail_next_sync;
static bool is_full;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);

static void *find(const char *name) {
    void *symbol = dlsym(RTLD_NEXT, name);
    if (symbol == NULL) abort();
    return symbol;
}

static void resolve(void) {
    if (real_unlink != NULL) return;
    real_open = find("open");
    real_openat = find("openat");
    real_close = find("close");
    real_write = find("write");
    real_pwrite = find("pwrite");
    real_ftruncate = find("ftruncate");
    real_fsync = find("fsync");
    real_fdatasync = find("fdatasync");
    real_unlink = find("unlink");
}

static void lose_power(bool torn) {
    srand((unsigned)time(NULL) ^ (unsigned)getpid());
    long undone = 0;
    for (int index = 0; index < FILES; index++)
        if (files[index].live) undone += undo(&files[index], torn, real_pwrite, real_ftruncate);
    dprintf(STDERR_FILENO, "lostwrites: power lost, %ld blocks undone\n", undone);
    _exit(137);
}

// MARK: Which files are watched

static bool is_watched(const char *path) {
    size_t length = strlen(path);
    // SQLite's shared memory is no data: it is mapped, and made anew after a crash.
    if (length > 4 && strcmp(path + length - 4, "-shm") == 0) return false;
    return directory_length > 0 && strncmp(path, directory, directory_length) == 0;
}

static void watch(int descriptor, const char *path) {
    struct stat now;
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return;
    if (fstat(descriptor, &now) != 0 || !S_ISREG(now.st_mode)) return;
    struct file *unused = NULL;
    for (int index = 0; index < FILES; index++) {
        struct file *file = &files[index];
        if (file->live && file->device == now.st_dev && file->inode == now.st_ino) {
            by_descriptor[descriptor] = file;
            return;
        }
        if (!file->live && unused == NULL) unused = file;
    }
    if (unused == NULL) abort();
    int own = real_open(path, O_RDWR | O_CLOEXEC);
    if (own < 0) return;  // opened for reading only: nothing can be written through it
    memset(unused, 0, sizeof *unused);
    *unused = (struct file){.device = now.st_dev, .inode = now.st_ino, .undo = own,
                            .synced_size = now.st_size, .live = true};
    by_descriptor[descriptor] = unused;
}

static struct file *watched(int descriptor) {
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return NULL;
    return by_descriptor[descriptor];
}

// MARK: The calls that are taken over

static int opened(int descriptor, const char *path) {
    if (descriptor >= 0 && path != NULL && is_watched(path)) {
        pthread_mutex_lock(&lock);
        watch(descriptor, path);
        pthread_mutex_unlock(&lock);
    }
    return descriptor;
}

static mode_t mode_of(int flags, va_list arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(NAME)                                       \
    int NAME(const char *path, int flags, ...) {         \
        resolve();                                       \
        va_list arguments;                               \
        va_start(arguments, flags);                      \
        mode_t mode = mode_of(flags, arguments);         \
        va_end(arguments);                               \
        return opened(real_open(path, flags, mode), path); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(NAME)                                                      \
    int NAME(int parent, const char *path, int flags, ...) {              \
        resolve();                                                        \
        va_list arguments;                                                \
        va_start(arguments, flags);                                       \
        mode_t mode = mode_of(flags, arguments);                          \
        va_end(arguments);                                                \
        return opened(real_openat(parent, path, flags, mode), path);      \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int descriptor) {
    resolve();
    if (watched(descriptor) != NULL) {
        pthread_mutex_lock(&lock);
        by_descriptor[descriptor] = NULL;
        pthread_mutex_unlock(&lock);
    }
    return real_close(descriptor);
}

static bool has_room(struct file *file, int64_t end) {
    return !is_full || end <= size_of(file);
}

static ssize_t write_at(int descriptor, const void *bytes, size_t count, off_t offset) {
    struct file *file = watched(descriptor);
    if (file == NULL) return real_pwrite(descriptor, bytes, count, offset);
    ssize_t written = -1;
    pthread_mutex_lock(&lock);
    if (has_room(file, offset + (int64_t)count)) {
        keep_range(file, offset, offset + (int64_t)count);
        written = real_pwrite(descriptor, bytes, count, offset);
    } else {
        errno = ENOSPC;
    }
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    resolve();
    return write_at(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    resolve();
    return write_at(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    resolve();
    if (watched(descriptor) == NULL) return real_write(descriptor, bytes, count);
    off_t offset = lseek(descriptor, 0, SEEK_CUR);
    ssize_t written = write_at(descriptor, bytes, count, offset);
    if (written > 0) lseek(descriptor, offset + written, SEEK_SET);
    return written;
}

static int truncate_to(int descriptor, off_t size) {
    struct file *file = watched(descriptor);
    if (file == NULL) return real_ftruncate(descriptor, size);
    int result = -1;
    pthread_mutex_lock(&lock);
    if (has_room(file, size)) {
        keep_range(file, size, size_of(file));
        result = real_ftruncate(descriptor, size);
    } else {
        errno = ENOSPC;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int descriptor, off_t size) {
    resolve();
    return truncate_to(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size) {
    resolve();
    return truncate_to(descriptor, size);
}

static int synced(int descriptor, int (*sync)(int)) {
    struct file *file = watched(descriptor);
    if (file == NULL) return sync(descriptor);
    int result = -1;
    pthread_mutex_lock(&lock);
    if (fail_next_sync) {
        fail_next_sync = false;
        doom(file);
        errno = EIO;
        dprintf(STDERR_FILENO, "lostwrites: a sync failed\n");
    } else {
        result = sync(descriptor);
        if (result == 0) forget(file);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int descriptor) {
    resolve();
    return synced(descriptor, real_fsync);
}

int fdatasync(int descriptor) {
    resolve();
    return synced(descriptor, real_fdatasync);
}

int unlink(const char *path) {
    resolve();
    if (is_watched(path)) {
        struct stat now;
        pthread_mutex_lock(&lock);
        if (stat(path, &now) == 0)
            for (int index = 0; index < FILES; index++)
                if (files[index].device == now.st_dev && files[index].inode == now.st_ino)
                    files[index].live = false;
        pthread_mutex_unlock(&lock);
    }
    return real_unlink(path);
}

// MARK: Commands

static void *obey(void *path) {
    int control = real_open(path, O_RDWR | O_CLOEXEC);  // both ends: never an end of file
    char command;
    while (control >= 0 && read(control, &command, 1) == 1) {
        pthread_mutex_lock(&lock);
        switch (command) {
        case 'p': lose_power(false); break;
        case 't': lose_power(true); break;
        case 'e': fail_next_sync = true; break;
        case 'f': is_full = true; break;
        case 'r': is_full = false; break;
        default: break;
        }
        pthread_mutex_unlock(&lock);
        dprintf(STDERR_FILENO, "lostwrites: obeyed %c\n", command);
    }
    return NULL;
}

__attribute__((constructor)) static void begin(void) {
    resolve();
    const char *named = getenv("LOSTWRITES_DIRECTORY");
    const char *control = getenv("LOSTWRITES_CONTROL");
    if (named == NULL || control == NULL) return;
    if (realpath(named, directory) == NULL) abort();
    directory_length = strlen(directory);
    pthread_t thread;
    if (pthread_create(&thread, NULL, obey, strdup(control)) != 0) abort();
}
