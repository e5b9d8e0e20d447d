/* The limit: the workloads W1 and W2 written by hand for this one purpose, in C, with nothing that they do not need.
 *
 *   limit CUSTOMERS SEED w1|w2 [REPEATS]
 *
 * Compiled with -DKEYED=1 each draw is a hash of (seed, customer, what for), as in cxsim; with -DKEYED=0 all draws come
 * from one stream, xoshiro256++ (Blackman and Vigna 2021). A binary heap holds what is pending; a queue is a ring of
 * customers, and who has given up is passed over when it is his turn. It writes one line of JSON: see network.py.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef KEYED
#define KEYED 1
#endif

#define RATE 1.9
#define AGAIN 0.1
#define STATIONS 4
#define GOLDEN 0x9e3779b97f4a7c15ULL

enum { ARRIVES, IS_SERVED, GIVES_UP };
enum { AWAY, WAITS, IN_SERVICE, GONE };
enum { GAP, SERVICE, PATIENCE, ROUTE };

typedef struct { double time; uint32_t customer; uint32_t what; } Event;
typedef struct { double waited, since; uint8_t at, status; } Customer;
typedef struct {
    int free, next;
    double service, patience, waited;
    int64_t visits;
    uint32_t *ring, first, last, mask; /* the ring holds last - first customers */
} Station;

static Event *heap;
static uint32_t pending, room;
static Customer *people;
static Station stations[STATIONS];
static uint64_t key, word[4];
static int64_t served, gave_up;

static inline uint64_t mixed(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

static inline double uniform(uint32_t customer, uint32_t at, uint32_t purpose) {
#if KEYED
    uint64_t z = mixed(key + GOLDEN * ((uint64_t)customer + 1));
    z = mixed(z + 0xd1342543de82ef95ULL * (((uint64_t)purpose << 48) + at + 1));
#else
    uint64_t sum = word[0] + word[3], z = ((sum << 23) | (sum >> 41)) + word[0], shifted = word[1] << 17;
    (void)customer; (void)at; (void)purpose;
    word[2] ^= word[0]; word[3] ^= word[1]; word[1] ^= word[2]; word[0] ^= word[3];
    word[2] ^= shifted;
    word[3] = (word[3] << 45) | (word[3] >> 19);
#endif
    return ((double)(z >> 12) + 0.5) * 0x1.0p-52;
}

static inline double exponential(double mean, uint32_t customer, uint32_t at, uint32_t purpose) {
    return -mean * log(uniform(customer, at, purpose));
}

static void *must(void *memory) {
    if (memory == NULL) { fputs("no memory\n", stderr); exit(1); }
    return memory;
}

static inline void push(double time, uint32_t customer, uint32_t what) {
    if (pending == room) heap = must(realloc(heap, sizeof(Event) * (room *= 2)));
    uint32_t i = pending++;
    while (i > 0) {
        uint32_t parent = (i - 1) >> 1;
        if (heap[parent].time <= time) break;
        heap[i] = heap[parent];
        i = parent;
    }
    heap[i] = (Event){time, customer, what};
}

static inline Event pop(void) {
    Event top = heap[0], moved = heap[--pending];
    uint32_t i = 0, child;
    while ((child = 2 * i + 1) < pending) {
        child += child + 1 < pending && heap[child + 1].time < heap[child].time;
        if (heap[child].time >= moved.time) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = moved;
    return top;
}

static inline void serve(uint32_t customer, Station *s, uint32_t at, double now) {
    people[customer].status = IN_SERVICE;
    push(now + exponential(s->service, customer, at, SERVICE), customer, IS_SERVED);
}

static void widen(Station *s) {
    uint32_t *ring = must(malloc(8ULL * (s->mask + 1)));
    for (uint32_t i = s->first; i != s->last; i++) ring[i & (2 * s->mask + 1)] = s->ring[i & s->mask];
    free(s->ring);
    s->ring = ring;
    s->mask = 2 * s->mask + 1;
}

static inline void enter(uint32_t customer, uint32_t at, double now) {
    Station *s = stations + at;
    people[customer].at = (uint8_t)at;
    s->visits++;
    if (s->free > 0) { s->free--; serve(customer, s, at, now); return; }
    people[customer].status = WAITS;
    people[customer].since = now;
    if (s->last - s->first > s->mask) widen(s);
    s->ring[s->last++ & s->mask] = customer;
    /* The touchpoint is part of the event: who has gone on is not who gave up there. */
    if (s->patience > 0) push(now + exponential(s->patience, customer, at, PATIENCE), customer, GIVES_UP | at << 8);
}

static inline void end_wait(Customer *c, Station *s, double now) {
    double wait = now - c->since;
    c->waited += wait;
    s->waited += wait;
}

static inline void leave(uint32_t customer, uint32_t at, double now) {
    Station *s = stations + at;
    served++;
    for (;;) {
        if (s->first == s->last) { s->free++; break; }
        uint32_t next = s->ring[s->first++ & s->mask];
        /* Nobody comes back to a touchpoint, so `at` and `status` tell who still waits here. */
        if (people[next].status != WAITS || people[next].at != at) continue;
        end_wait(people + next, s, now);
        serve(next, s, at, now);
        break;
    }
    if (s->next >= 0 && (s->next < 3 || uniform(customer, at, ROUTE) < AGAIN)) enter(customer, (uint32_t)s->next, now);
    else people[customer].status = GONE;
}

static Station station(int servers, double service, double patience, int next) {
    Station s = {.free = servers, .next = next, .service = service, .patience = patience, .mask = 1023};
    s.ring = must(malloc(4ULL * (s.mask + 1)));
    return s;
}

static void run(uint32_t customers) {
    uint32_t born = 0;
    push(exponential(1 / RATE, 0, 0, GAP), 0, ARRIVES);
    while (pending) {
        Event e = pop();
        uint32_t what = e.what & 255;
        if (what == ARRIVES) {
            if (++born < customers) push(e.time + exponential(1 / RATE, born, 0, GAP), born, ARRIVES);
            enter(e.customer, 0, e.time);
        } else if (what == IS_SERVED) {
            leave(e.customer, people[e.customer].at, e.time);
        } else {
            Customer *c = people + e.customer;
            if (c->status != WAITS || c->at != e.what >> 8) continue;
            end_wait(c, stations + c->at, e.time);
            c->status = GONE;
            gave_up++;
        }
    }
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc < 4) { fputs("limit CUSTOMERS SEED w1|w2 [REPEATS]\n", stderr); return 2; }
    uint32_t customers = (uint32_t)atof(argv[1]);
    uint64_t seed = strtoull(argv[2], NULL, 10);
    int network = !strcmp(argv[3], "w2"), repeats = argc > 4 ? atoi(argv[4]) : 1, stays = network ? 4 : 1;
    Station phone = {0};
    int64_t ends = 0;
    printf("{\"version\":\"%s\",\"customers\":%u,\"wall_s\":[", __VERSION__, customers);
    for (int turn = 0; turn < repeats; turn++) {
        double began = seconds();
        key = mixed(mixed(seed + GOLDEN) + GOLDEN * (uint64_t)(turn + 1));
        for (int i = 0; i < 4; i++) word[i] = mixed(key + GOLDEN * (uint64_t)(i + 1));
        served = gave_up = 0;
        pending = 0;
        heap = must(malloc(sizeof(Event) * (room = 1024)));
        people = must(calloc(customers, sizeof(Customer)));
        if (network) {
            stations[0] = station(20, 8, 0, 1);
            stations[1] = station(10, 5, 8, 2);
            stations[2] = station(6, 3, 0, 3);
            stations[3] = station(2, 8, 0, -1);
        } else stations[0] = station(10, 5, 8, -1);
        run(customers);
        phone = stations[network];
        ends = served + gave_up;
        for (int i = 0; i < stays; i++) free(stations[i].ring);
        free(people);
        free(heap);
        printf("%s%.6f", turn ? "," : "", seconds() - began);
    }
    printf("],\"events\":%lld,\"wait\":%.9g,\"abandoned\":%.9g,\"bytes\":%llu}\n", (long long)(customers + ends),
           phone.waited / (double)phone.visits, (double)gave_up / (double)phone.visits,
           (unsigned long long)customers * sizeof(Customer));
    return 0;
}
