package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Human;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs all transfers of a command line, one after the other or at the same time. A URL becomes a
 * transfer when its turn comes: of ten thousand URLs no more are in memory than run.
 */
final class Runner {
  private static final int PARALLEL = 50;
  private static final int MOST_PARALLEL = 300;

  private final List<Operation> operations;
  private final TransferOptions options;
  private final @Nullable ProgressBoard board;
  private final ReentrantLock lock = new ReentrantLock(); // for what is printed, and exit
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();
  private ExitCode exit = ExitCode.OK;
  private volatile boolean stopped;

  /**
   * @param operations not empty; the first one's options say how they run
   * @param board shows transfers that run at the same time, or null
   */
  Runner(List<Operation> operations, TransferOptions options, @Nullable ProgressBoard board) {
    this.operations = List.copyOf(operations);
    this.options = options;
    this.board = board;
  }

  /**
   * Runs all.
   *
   * @return as in curl, that of the last transfer, or of the last that failed if they ran at the
   *     same time
   */
  ExitCode run() throws CommandFailure {
    try {
      if (options.parallel) {
        atTheSameTime();
      } else {
        oneAfterTheOther();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.RECEIVE_ERROR, "interrupted", null, e);
    }
    return exit;
  }

  private void oneAfterTheOther() throws CommandFailure, InterruptedException {
    int id = 0;
    int before = 0;
    for (Operation operation : operations) {
      for (Job job = operation.next(id, before); job != null; job = operation.next(id, before)) {
        exit = complete(job);
        id++;
        if (exit != ExitCode.OK && options.failEarly) {
          return;
        }
      }
      before += operation.urls();
    }
  }

  private void atTheSameTime() throws CommandFailure, InterruptedException {
    int most = options.parallelMax == 0 ? PARALLEL : Math.min(options.parallelMax, MOST_PARALLEL);
    Semaphore free = new Semaphore(most);
    int id = 0;
    int before = 0;
    try {
      for (Operation operation : operations) {
        while (true) {
          free.acquire();
          Job job = stopped ? null : operation.next(id, before);
          if (job == null) {
            free.release();
            break;
          }
          id++;
          Thread thread =
              Thread.ofVirtual().name("h3-transfer-" + id).unstarted(() -> one(job, free));
          running.add(thread);
          thread.start();
        }
        before += operation.urls();
      }
    } finally {
      free.acquire(most); // the last one has ended
    }
  }

  private void one(Job job, Semaphore free) {
    try {
      ExitCode result = complete(job);
      lock.lock();
      try {
        if (result != ExitCode.OK && !stopped) {
          exit = result;
          stopped = options.failEarly;
        }
      } finally {
        lock.unlock();
      }
      running.remove(Thread.currentThread());
      if (stopped) {
        running.forEach(Thread::interrupt);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      running.remove(Thread.currentThread());
      free.release();
    }
  }

  /** One URL with all its attempts; says what became of it. */
  private ExitCode complete(Job job) throws InterruptedException {
    try {
      if (job.settings().skipExisting() && exists(job)) {
        return ExitCode.OK;
      }
      RetryPolicy retries = job.settings().retries();
      while (true) {
        TransferResult result = attempt(job, retries);
        Duration wait = result.retryIn();
        if (wait == null) {
          print(() -> told(job, result));
          return result.exitCode();
        }
        String why =
            result.failure() == null
                ? "the server answered " + java.util.Objects.requireNonNull(result.last()).status()
                : String.valueOf(result.failure().getMessage());
        print(() ->
            job.settings()
                .warn(
                    why
                        + "; trying again in "
                        + Human.millis(wait)
                        + ", "
                        + retries.left()
                        + " more after that"));
        Thread.sleep(wait);
      }
    } catch (CommandFailure e) {
      print(() -> job.settings().report(e));
      return e.exitCode();
    }
  }

  private TransferResult attempt(Job job, RetryPolicy retries) {
    if (board == null) {
      boolean file = !(job.target() instanceof OutputTarget.Standard);
      Progress progress =
          job.settings().showsProgress(file)
              ? job.settings().line(System.nanoTime())
              : Progress.NONE;
      return new Transfer(job, retries, progress).run();
    }
    Progress row = board.row(job.url());
    TransferResult result = new Transfer(job, retries, row).run();
    board.ended(row, result.failure() == null);
    return result;
  }

  private static boolean exists(Job job) throws CommandFailure {
    Path file = job.target().file(job.settings());
    return file != null && Files.exists(file);
  }

  private void told(Job job, TransferResult result) {
    if (stopped) {
      return; // it was ended because another one failed
    }
    if (result.failure() != null) {
      job.settings().report(result.failure());
    }
    if (job.settings().timing()) {
      new Timing(job.settings().terminal()).print(result);
    }
    WriteOut writeOut = job.operation().writeOutput();
    if (writeOut != null) {
      writeOut.print(result);
    }
  }

  private void print(Runnable what) {
    lock.lock();
    try {
      if (board == null) {
        what.run();
      } else {
        board.aside(what);
      }
    } finally {
      lock.unlock();
    }
  }
}
