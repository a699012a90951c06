package dev.h3kit.bench.sidebyside;

/** What each stack has to do. */
enum Work {
  DOWNLOAD_100_MB("download 100 MB", Kind.DOWNLOAD, 100 << 20, 1, 1),
  UPLOAD_100_MB("upload 100 MB", Kind.UPLOAD, 100 << 20, 1, 1),
  SEQUENTIAL_1_KB("10,000 × 1 KB, one after the other", Kind.SMALL, 1 << 10, 10_000, 1),
  CONCURRENT_1_KB("10,000 × 1 KB, 100 at a time", Kind.SMALL, 1 << 10, 10_000, 100);

  /** Kinds of work. */
  enum Kind {
    DOWNLOAD,
    UPLOAD,
    SMALL
  }

  private final String title;
  private final Kind kind;
  private final long size;
  private final int requests;
  private final int parallel;

  Work(String title, Kind kind, long size, int requests, int parallel) {
    this.title = title;
    this.kind = kind;
    this.size = size;
    this.requests = requests;
    this.parallel = parallel;
  }

  /** The name in the report. */
  String title() {
    return title;
  }

  /** What is done. */
  Kind kind() {
    return kind;
  }

  /** Octets of a body. */
  long size() {
    return size;
  }

  /** How many requests. */
  int requests() {
    return requests;
  }

  /** How many of them at a time. */
  int parallel() {
    return parallel;
  }

  /** The unit of {@link #rate}. */
  String unit() {
    return kind == Kind.SMALL ? "requests/s" : "MB/s";
  }

  /** What was reached in that time; more is better. */
  double rate(long nanos) {
    double done = kind == Kind.SMALL ? requests : size / 1e6;
    return done / (nanos / 1e9);
  }
}
