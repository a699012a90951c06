package dev.h3kit.client;

import java.util.concurrent.CompletableFuture;

/** The future of a call; cancelling it, or a future derived from it, gives the exchange up. */
final class CallFuture<R> extends CompletableFuture<R> {
  private final Runnable giveUp;

  CallFuture(Runnable giveUp) {
    this.giveUp = giveUp;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean running = !isDone();
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (running && mayInterruptIfRunning) {
      giveUp.run();
    }
    return cancelled;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CallFuture<>(giveUp);
  }
}
