package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first request of a transfer.
 *
 * @param url where it goes
 * @param plan what is sent
 */
record Destination(TargetUrl url, RequestPlan plan) {

  /** Puts into both what the URL and the options say of each other. */
  static Destination of(Job job) throws CommandFailure {
    TargetUrl url = TargetUrl.parse(job.url(), job.settings().pathAsIs());
    return new Destination(target(url, job.plan(), job.upload()), plan(url, job));
  }

  /** The plan, with the user and password that stand in the URL or in .netrc. */
  private static RequestPlan plan(TargetUrl url, Job job) {
    RequestPlan plan = job.plan();
    if (plan.has("authorization")) {
      return plan;
    }
    String user = null;
    if (url.userInfo() != null) {
      String plus = url.userInfo().replace("+", "%2B");
      user = URLDecoder.decode(plus, StandardCharsets.UTF_8);
    }
    if (user == null || !user.contains(":")) {
      String known = job.settings().credentials(url.host(), user).orElse(null);
      user = known != null ? known : user == null ? null : user + ":";
    }
    if (user == null) {
      return plan;
    }
    List<HeaderLine> headers = new ArrayList<>(plan.headers());
    headers.add(new HeaderLine("Authorization", RequestPlanner.basic(user)));
    return new RequestPlan(
        plan.method(), plan.methodForced(), plan.posts(), headers, plan.body(), plan.queryData());
  }

  /** The URL with what -G and -T add to it. */
  private static TargetUrl target(TargetUrl url, RequestPlan plan, @Nullable String upload) {
    String path = url.path();
    if (upload != null && path.endsWith("/") && !upload.equals("-")) {
      path += Path.of(upload).getFileName();
    }
    String query = url.query();
    if (plan.queryData() != null) {
      query = query == null || query.isEmpty() ? plan.queryData() : query + "&" + plan.queryData();
    }
    return new TargetUrl(url.scheme(), url.userInfo(), url.host(), url.port(), path, query);
  }
}
