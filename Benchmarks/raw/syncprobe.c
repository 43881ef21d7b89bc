// How long the disk takes for 4 KiB and fdatasync: p50 and p99 over COUNT tries, in milliseconds.
//
//   syncprobe DIRECTORY COUNT
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

int main(int words, char **word) {
    if (words != 3) return 2;
    char path[4096];
    snprintf(path, sizeof path, "%s/syncprobe.tmp", word[1]);
    int count = atoi(word[2]);
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    double *taken = calloc((size_t)count, sizeof *taken);
    if (file < 0 || taken == NULL || count < 100) return 1;
    char block[4096];
    memset(block, 'x', sizeof block);
    for (int index = 0; index < count; index++) {
        double began = now();
        if (pwrite(file, block, sizeof block, (off_t)index * 4096) != sizeof block) return 1;
        if (fdatasync(file) != 0) return 1;
        taken[index] = now() - began;
    }
    qsort(taken, (size_t)count, sizeof *taken, ascending);
    printf("{\"p50\": %.3f, \"p99\": %.3f}\n", taken[count / 2], taken[count * 99 / 100]);
    close(file);
    unlink(path);
    return 0;
}
