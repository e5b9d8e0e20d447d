/* The hold model (Jones 1986): SIZE events are pending; each operation takes the first one out and puts it back later by
 * an exponential time of mean 1. What is measured is the calendar alone, and the draw.
 *
 *   hold heap|timeline SIZE OPERATIONS SEED
 *
 * heap: a binary heap. timeline: a circle of buckets, each a chain of chunks, unsorted until its turn comes; then it is
 * made a small heap. Both give the same last time for one seed. One line of JSON is written.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHUNK 32
#define A_BUCKET 128.0 /* events in a bucket, about */

typedef struct { double time; uint64_t id; } Event;
typedef struct { int64_t older; Event events[CHUNK]; } Chunk;

static Event *heap;
static int64_t pending;
static Chunk *chunks;
static int64_t *newest, *counts, free_chunk, buckets, now_bucket = -1;
static double buckets_a_unit;
static uint64_t word;

static inline double exponential(void) {
    uint64_t z = (word += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    return -log(((double)(z >> 12) + 0.5) * 0x1.0p-52);
}

static void *must(void *memory) {
    if (memory == NULL) { fputs("no memory\n", stderr); exit(1); }
    return memory;
}

static inline void sift(int64_t i, Event moved) {
    int64_t child;
    while ((child = 2 * i + 1) < pending) {
        child += child + 1 < pending && heap[child + 1].time < heap[child].time;
        if (heap[child].time >= moved.time) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = moved;
}

static inline void push(double time, uint64_t id) {
    int64_t i = pending++;
    while (i > 0 && heap[(i - 1) >> 1].time > time) { heap[i] = heap[(i - 1) >> 1]; i = (i - 1) >> 1; }
    heap[i] = (Event){time, id};
}

static inline Event pop(void) {
    Event top = heap[0];
    pending--;
    sift(0, heap[pending]);
    return top;
}

static inline void keep(int64_t bucket, Event event) {
    int64_t place = counts[bucket]++ % CHUNK;
    if (place == 0) {
        int64_t taken = free_chunk;
        free_chunk = chunks[taken].older;
        chunks[taken].older = newest[bucket];
        newest[bucket] = taken;
    }
    chunks[newest[bucket]].events[place] = event;
}

static inline void put(double time, uint64_t id) {
    int64_t bucket = (int64_t)(time * buckets_a_unit);
    if (bucket <= now_bucket) push(time, id);
    else keep(bucket & (buckets - 1), (Event){time, id});
}

static void open_next(void) {
    while (pending == 0) {
        int64_t bucket = ++now_bucket & (buckets - 1), left = counts[bucket], chunk = newest[bucket];
        counts[bucket] = 0;
        newest[bucket] = -1;
        while (left > 0) {
            int64_t here = (left - 1) % CHUNK + 1, older = chunks[chunk].older;
            for (int64_t i = 0; i < here; i++) {
                Event event = chunks[chunk].events[i];
                /* Whoever is due a whole circle later stays in the bucket. */
                if ((int64_t)(event.time * buckets_a_unit) <= now_bucket) heap[pending++] = event;
                else keep(bucket, event);
            }
            chunks[chunk].older = free_chunk;
            free_chunk = chunk;
            chunk = older;
            left -= here;
        }
        for (int64_t i = pending / 2 - 1; i >= 0; i--) sift(i, heap[i]);
    }
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc < 5) { fputs("hold heap|timeline SIZE OPERATIONS SEED\n", stderr); return 2; }
    int is_heap = !strcmp(argv[1], "heap");
    int64_t size = (int64_t)atof(argv[2]), operations = (int64_t)atof(argv[3]);
    double began = 0, last = 0;
    word = strtoull(argv[4], NULL, 10);
    heap = must(malloc(sizeof(Event) * (uint64_t)(size + 1)));
    if (!is_heap) {
        buckets_a_unit = (double)size / A_BUCKET;
        for (buckets = 1; (double)buckets < 16 * buckets_a_unit; buckets *= 2) {}
        int64_t most = buckets + size / CHUNK + 8;
        chunks = must(malloc(sizeof(Chunk) * (uint64_t)most));
        for (int64_t i = 0; i < most; i++) chunks[i].older = i + 1;
        newest = must(malloc(8ULL * (uint64_t)buckets));
        counts = must(calloc((uint64_t)buckets, 8));
        for (int64_t i = 0; i < buckets; i++) newest[i] = -1;
    }
    for (int64_t i = 0; i < size; i++) {
        if (is_heap) push(exponential(), (uint64_t)i); else put(exponential(), (uint64_t)i);
    }
    /* A quarter is not timed: the calendar has to settle. */
    for (int64_t i = -operations / 4; i < operations; i++) {
        if (i == 0) began = seconds();
        if (!is_heap && pending == 0) open_next();
        Event event = pop();
        last = event.time;
        if (is_heap) push(last + exponential(), event.id); else put(last + exponential(), event.id);
    }
    printf("{\"wall_s\":%.6f,\"operations\":%lld,\"last\":%.9f}\n", seconds() - began, (long long)operations, last);
    return 0;
}
