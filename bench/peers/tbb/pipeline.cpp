// parallel_pipeline of oneTBB: serial source, parallel middle, serial sink, in order.
// Arguments: workers, in flight, "empty" or "uneven".
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>

using oneapi::tbb::filter_mode;
using oneapi::tbb::flow_control;
using oneapi::tbb::make_filter;

static int32_t addOne(int32_t item, bool uneven) {
    if (!uneven)
        return item + 1;
    uint64_t h = uint64_t(item) + 0x9E3779B97F4A7C15u;
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9u;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBu;
    h ^= h >> 31;
    uint64_t x = h;
    for (uint64_t steps = 375 * (1 + (h % 40) * ((h >> 32) % 40) / 40); steps > 0; steps--)
        x = x * 6364136223846793005u + 1442695040888963407u;
    return x == 0 ? item : item + 1;
}

static int64_t processorTime() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * int64_t(1000000000)
        + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * int64_t(1000);
}

int main(int, char** arguments) {
    const int workers = std::atoi(arguments[1]);
    const int inFlight = std::atoi(arguments[2]);
    const bool uneven = std::string(arguments[3]) == "uneven";

    // As many as the others have workers, source and sink, but no more than there are processors: oneTBB is at its best so.
    const auto processors = std::max(2u, std::thread::hardware_concurrency());
    oneapi::tbb::global_control threads(
        oneapi::tbb::global_control::max_allowed_parallelism, std::min<size_t>(processors, workers + 2));

    for (int32_t items; std::cin >> items;) {
        int64_t count = 0, sum = 0;
        bool inOrder = true;
        int32_t next = 0;
        const auto processor = processorTime();
        const auto start = std::chrono::steady_clock::now();

        // Tokens are counted over the whole pipeline; the others have that room in each of two links.
        oneapi::tbb::parallel_pipeline(
            2 * inFlight,
            make_filter<void, int32_t>(filter_mode::serial_in_order, [&](flow_control& control) {
                if (next == items) {
                    control.stop();
                    return 0;
                }
                return next++;
            })
            & make_filter<int32_t, int32_t>(
                workers == 1 ? filter_mode::serial_in_order : filter_mode::parallel,
                [=](int32_t item) { return addOne(item, uneven); })
            & make_filter<int32_t, void>(filter_mode::serial_in_order, [&](int32_t item) {
                count++;
                sum += item;
                inOrder &= item == count;
            }));

        const auto elapsed = std::chrono::steady_clock::now() - start;
        std::cout << "{\"count\":" << count << ",\"sum\":" << sum << ",\"inOrder\":" << (inOrder ? "true" : "false")
                  << ",\"elapsedNs\":" << std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count()
                  << ",\"cpuNs\":" << processorTime() - processor << "}" << std::endl;
    }
}
