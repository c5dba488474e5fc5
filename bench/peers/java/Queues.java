import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadFactory;

/**
 * ArrayBlockingQueue between threads: generate, add one, consume. Several workers share the queues, which gives up the order.
 * Arguments: workers, in flight, "empty" or "uneven", "platform" or "virtual".
 */
public final class Queues {
    private static final Integer END = -1;

    private long count;
    private long sum;
    private boolean inOrder = true;

    public static void main(String[] arguments) throws Exception {
        int workers = Integer.parseInt(arguments[0]);
        int inFlight = Integer.parseInt(arguments[1]);
        boolean uneven = arguments[2].equals("uneven");
        ThreadFactory threads = arguments[3].equals("virtual") ? virtualThreads() : Thread::new;

        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = lines.readLine()) != null; ) {
            int items = Integer.parseInt(line);
            Queues consumer = new Queues();
            long processor = processorTime();
            long start = System.nanoTime();
            consumer.run(items, workers, inFlight, uneven, threads);
            System.out.printf("{\"count\":%d,\"sum\":%d,\"inOrder\":%b,\"elapsedNs\":%d,\"cpuNs\":%d}%n",
                consumer.count, consumer.sum, consumer.inOrder, System.nanoTime() - start, processorTime() - processor);
            System.out.flush();
        }
    }

    private void run(int items, int workers, int inFlight, boolean uneven, ThreadFactory threads) throws Exception {
        ArrayBlockingQueue<Integer> numbers = new ArrayBlockingQueue<>(inFlight);
        ArrayBlockingQueue<Integer> results = new ArrayBlockingQueue<>(inFlight);
        List<Thread> all = new ArrayList<>();
        all.add(threads.newThread(() -> generate(items, workers, numbers)));
        for (int i = 0; i < workers; i++) {
            all.add(threads.newThread(() -> addOne(numbers, results, uneven)));
        }
        all.add(threads.newThread(() -> consume(results, workers)));
        for (Thread thread : all) {
            thread.start();
        }
        for (Thread thread : all) {
            thread.join();
        }
    }

    private static void generate(int items, int workers, ArrayBlockingQueue<Integer> output) {
        try {
            for (int i = 0; i < items; i++) {
                output.put(i);
            }
            for (int i = 0; i < workers; i++) {
                output.put(END);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void addOne(ArrayBlockingQueue<Integer> input, ArrayBlockingQueue<Integer> output, boolean uneven) {
        try {
            while (true) {
                int item = input.take();
                output.put(item < 0 ? END : Integer.valueOf(addOne(item, uneven)));
                if (item < 0) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void consume(ArrayBlockingQueue<Integer> input, int workers) {
        try {
            while (workers > 0) {
                int item = input.take();
                if (item < 0) {
                    workers--;
                    continue;
                }
                count++;
                sum += item;
                inOrder &= item == count;
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int addOne(int item, boolean uneven) {
        if (!uneven) {
            return item + 1;
        }
        long h = item + 0x9E3779B97F4A7C15L;
        h = (h ^ (h >>> 30)) * 0xBF58476D1CE4E5B9L;
        h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
        h ^= h >>> 31;
        long x = h;
        long steps = 375 * (1 + Long.remainderUnsigned(h, 40) * ((h >>> 32) % 40) / 40);
        for (; steps > 0; steps--) {
            x = x * 6364136223846793005L + 1442695040888963407L;
        }
        return x == 0 ? item : item + 1;
    }

    private static long processorTime() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    // By reflection, so that this compiles before Java 21, too.
    private static ThreadFactory virtualThreads() throws Exception {
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        return (ThreadFactory) Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
    }
}
