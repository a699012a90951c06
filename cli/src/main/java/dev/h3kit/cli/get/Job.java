package dev.h3kit.cli.get;

import dev.h3kit.client.H3Client;
import org.jspecify.annotations.Nullable;

/**
 * One URL to fetch.
 *
 * @param number its URL's number on the command line, from 0
 * @param id its own number, from 0: a URL with patterns stands for many
 * @param url as it was written, its patterns replaced
 * @param upload the file that is sent, or null
 * @param target where the body goes
 * @param plan what is sent
 * @param operation whose it is
 */
record Job(
    int number,
    int id,
    String url,
    @Nullable String upload,
    OutputTarget target,
    RequestPlan plan,
    Operation operation) {

  GetSettings settings() {
    return operation.settings();
  }

  H3Client client() {
    return operation.client();
  }
}
