// Three processes, two rings in shared memory, strict slots: generate, add one, consume. No more than what the work needs,
// so it is the floor for a library that does the same between processes.
// Arguments: in flight, bytes an item (at least 24), "through" or "latency", microseconds between two items.
//
// A slot belongs to the producer while `freed` has caught up with it, and to the consumer from `full` on. The consumer frees a slot when
// it asks for its next item. Each counter has one writer. Who has to wait looks a while, yields, then sleeps on the counter; it says
// so first, and both sides pass a full fence between their write and their look at the other's, so one of them sees the other.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { Looks = 100, Yields = 20, Octaves = 40, Steps = 32 };

typedef struct {
    _Alignas(64) _Atomic uint32_t full;
    _Atomic uint32_t consumer_sleeps;
    _Alignas(64) _Atomic uint32_t freed;
    _Atomic uint32_t producer_sleeps;
} Ring;

// The start of every item, whatever its size. The number stands at its end again, to see that it came whole.
typedef struct {
    int32_t number;
    int32_t unused;
    int64_t sent;
    int64_t first_hop;
} Item;

static uint32_t slots;
static size_t stride, size;
static uint64_t histogram[Octaves * Steps], samples;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static char* slot(Ring* ring, uint32_t position) { return (char*)ring + 4096 + stride * (position % slots); }

static void wait_past(_Atomic uint32_t* word, uint32_t seen, _Atomic uint32_t* sleeps) {
    for (int i = 0; i < Looks + Yields; i++) {
        if (atomic_load_explicit(word, memory_order_acquire) != seen)
            return;
        if (i >= Looks)
            sched_yield();
    }
    atomic_store(sleeps, 1);
    while (atomic_load(word) == seen)
        syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
    atomic_store(sleeps, 0);
}

static void move_on(_Atomic uint32_t* word, uint32_t value, _Atomic uint32_t* sleeps) {
    atomic_store(word, value);
    if (atomic_load(sleeps))
        syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static char* take_slot(Ring* ring, uint32_t position) {
    if (position >= slots)
        wait_past(&ring->freed, position - slots, &ring->producer_sleeps);
    return slot(ring, position);
}

static void hand_on(Ring* ring, uint32_t position) { move_on(&ring->full, position + 1, &ring->consumer_sleeps); }

static char* take_item(Ring* ring, uint32_t position) {
    wait_past(&ring->full, position, &ring->consumer_sleeps);
    return slot(ring, position);
}

static void free_slot(Ring* ring, uint32_t position) { move_on(&ring->freed, position + 1, &ring->producer_sleeps); }

static void set_number(char* item, int32_t number) {
    ((Item*)item)->number = number;
    if (size > sizeof(Item))
        memcpy(item + size - sizeof number, &number, sizeof number);
}

static int32_t get_number(const char* item) {
    int32_t number = ((const Item*)item)->number, last = number;
    if (size > sizeof(Item))
        memcpy(&last, item + size - sizeof last, sizeof last);
    return last == number ? number : -1;
}

static void generate(Ring* output, uint32_t count, int64_t pause, bool latency) {
    const struct timespec rest = {pause / 1000000, pause % 1000000 * 1000};
    for (uint32_t i = 0; i < count; i++) {
        char* item = take_slot(output, i);
        if (pause > 0)
            nanosleep(&rest, NULL);
        if (size > sizeof(Item))
            memset(item, (int)i, size);
        set_number(item, (int32_t)i);
        ((Item*)item)->sent = latency ? now() : 0;
        hand_on(output, i);
    }
}

static void add_one(Ring* input, Ring* output, uint32_t count, bool latency) {
    for (uint32_t i = 0; i < count; i++) {
        char* result = take_slot(output, i);
        char* item = take_item(input, i);
        int64_t arrived = latency ? now() : 0;
        memcpy(result, item, size);
        free_slot(input, i);
        set_number(result, get_number(result) + 1);
        if (latency) {
            ((Item*)result)->first_hop = arrived - ((Item*)result)->sent;
            ((Item*)result)->sent = now();
        }
        hand_on(output, i);
    }
}

static void note(int64_t ns) {
    if (ns < 1)
        ns = 1;
    int octave = 63 - __builtin_clzll((uint64_t)ns);
    int step = (int)(((double)ns / (double)(INT64_C(1) << octave) - 1) * Steps);
    histogram[octave * Steps + step]++;
    samples++;
}

static double percentile_us(double share) {
    uint64_t below = 0;
    for (int i = 0; i < Octaves * Steps; i++) {
        below += histogram[i];
        if ((double)below >= share * (double)samples)
            return (double)(INT64_C(1) << (i / Steps)) * (1 + (i % Steps + 0.5) / Steps) / 1000;
    }
    return 0;
}

static int64_t processor_time(void) {
    struct rusage own, children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    return (own.ru_utime.tv_sec + own.ru_stime.tv_sec + children.ru_utime.tv_sec + children.ru_stime.tv_sec) * INT64_C(1000000000)
        + (own.ru_utime.tv_usec + own.ru_stime.tv_usec + children.ru_utime.tv_usec + children.ru_stime.tv_usec) * INT64_C(1000);
}

static Ring* map_ring(void) {
    Ring* ring = mmap(NULL, 4096 + stride * slots, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (ring == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return ring;
}

static void restart(Ring* ring) { memset(ring, 0, sizeof(Ring)); }

static bool forked(void) {
    fflush(stdout);
    if (fork() != 0)
        return false;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return true;
}

int main(int argc, char** arguments) {
    if (argc < 5)
        return 2;
    slots = (uint32_t)atoi(arguments[1]);
    size = (size_t)atoll(arguments[2]);
    bool latency = strcmp(arguments[3], "latency") == 0;
    int64_t pause = atoll(arguments[4]);
    stride = (size + 63) / 64 * 64;
    Ring *numbers = map_ring(), *results = map_ring();

    for (unsigned count; scanf("%u", &count) == 1;) {
        int64_t processor = processor_time(), start = now();
        restart(numbers);
        restart(results);
        memset(histogram, 0, sizeof histogram);
        samples = 0;
        if (forked()) {
            generate(numbers, count, pause, latency);
            _exit(0);
        }
        if (forked()) {
            add_one(numbers, results, count, latency);
            _exit(0);
        }

        int64_t seen = 0, sum = 0;
        bool in_order = true;
        for (uint32_t i = 0; i < count; i++) {
            char* item = take_item(results, i);
            if (latency) {
                note(((Item*)item)->first_hop);
                note(now() - ((Item*)item)->sent);
            }
            seen++;
            sum += get_number(item);
            in_order &= get_number(item) == seen;
            free_slot(results, i);
        }
        int64_t elapsed = now() - start;
        while (wait(NULL) > 0) {
        }
        printf("{\"count\":%ld,\"sum\":%ld,\"inOrder\":%s,\"elapsedNs\":%ld,\"cpuNs\":%ld", (long)seen, (long)sum,
            in_order ? "true" : "false", (long)elapsed, (long)(processor_time() - processor));
        if (latency)
            printf(",\"figures\":{\"p50\":%g,\"p90\":%g,\"p99\":%g,\"p99.9\":%g}", percentile_us(0.5), percentile_us(0.9),
                percentile_us(0.99), percentile_us(0.999));
        puts("}");
        fflush(stdout);
    }
    return 0;
}
