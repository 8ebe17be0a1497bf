package app.rodmena.auth.metrics;

import com.codahale.metrics.ExponentiallyDecayingReservoir;
import com.codahale.metrics.LockFreeExponentiallyDecayingReservoir;
import com.codahale.metrics.SlidingTimeWindowArrayReservoir;
import com.codahale.metrics.Timer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Cost of recording one duration, by the kind of reservoir. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class TimerBenchmark {
    private final Timer decaying = new Timer(new ExponentiallyDecayingReservoir());
    private final Timer lockFree =
            new Timer(LockFreeExponentiallyDecayingReservoir.builder().build());
    private final Timer sliding = new Timer(new SlidingTimeWindowArrayReservoir(10, TimeUnit.SECONDS));
    private final Timer recent = new TimingRecorder().timer();
    private long nanos;

    @Benchmark
    public void exponentiallyDecaying() {
        decaying.update(next(), TimeUnit.NANOSECONDS);
    }

    @Benchmark
    public void lockFreeExponentiallyDecaying() {
        lockFree.update(next(), TimeUnit.NANOSECONDS);
    }

    @Benchmark
    public void slidingTimeWindowArray() {
        sliding.update(next(), TimeUnit.NANOSECONDS);
    }

    @Benchmark
    public void recentTimes() {
        recent.update(next(), TimeUnit.NANOSECONDS);
    }

    private long next() {
        nanos = nanos * 25_214_903_917L + 11 & 0xfffffff;
        return nanos;
    }
}
