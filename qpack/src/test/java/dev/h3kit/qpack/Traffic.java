package dev.h3kit.qpack;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Made-up traffic of several kinds, the same for the same seed. */
enum Traffic {
  /** A browser that loads pages from a few hosts. */
  BROWSER {
    @Override
    List<List<FieldLine>> sections(long seed, int count) {
      Random random = new Random(seed);
      String agent =
          "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/"
              + random.nextInt(100, 140)
              + ".0.0.0 Safari/537.36";
      List<String> hosts = List.of("www.example.org", "static.example.org", "img.cdn.example.net");
      List<String> kinds = List.of("document", "style", "script", "image", "font", "empty");
      List<List<String>> cookies = new ArrayList<>();
      for (int host = 0; host < hosts.size(); host++) {
        List<String> crumbs = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          crumbs.add(text(random, 4) + "=" + text(random, random.nextInt(4, 90)));
        }
        cookies.add(crumbs);
      }
      List<String> paths = new ArrayList<>();
      List<List<FieldLine>> sections = new ArrayList<>();
      String page = "/";
      for (int i = 0; i < count; i++) {
        int kind = i % 25 == 0 ? 0 : random.nextInt(1, kinds.size());
        int host = kind == 0 ? 0 : random.nextInt(hosts.size());
        String path = "/" + text(random, random.nextInt(4, 50)) + "." + kinds.get(kind);
        if (!paths.isEmpty() && random.nextInt(8) == 0) {
          path = paths.get(random.nextInt(paths.size()));
        }
        paths.add(path);
        if (kind == 0) {
          page = path;
        }
        List<FieldLine> lines = new ArrayList<>();
        add(lines, ":method", kind == 5 && random.nextInt(3) == 0 ? "POST" : "GET");
        add(lines, ":authority", hosts.get(host));
        add(lines, ":scheme", "https");
        add(lines, ":path", path);
        if (random.nextInt(10) == 0) {
          add(lines, "cache-control", "no-cache");
        }
        add(lines, "sec-ch-ua-platform", "\"Linux\"");
        add(lines, "user-agent", agent);
        add(lines, "sec-ch-ua", "\"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"");
        add(lines, "sec-ch-ua-mobile", "?0");
        add(
            lines,
            "accept",
            switch (kind) {
              case 0 ->
                  "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";
              case 1 -> "text/css,*/*;q=0.1";
              case 3 -> "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
              default -> "*/*";
            });
        add(lines, "sec-fetch-site", host == 0 ? "same-origin" : "cross-site");
        add(lines, "sec-fetch-mode", kind == 0 ? "navigate" : "no-cors");
        add(lines, "sec-fetch-dest", kinds.get(kind));
        add(lines, "referer", "https://" + hosts.get(0) + page);
        add(lines, "accept-encoding", "gzip, deflate, br, zstd");
        add(lines, "accept-language", "de-CH,de;q=0.9,en;q=0.8");
        for (String crumb : cookies.get(host)) {
          add(lines, "cookie", crumb);
        }
        if (random.nextInt(12) == 0) {
          add(lines, "if-none-match", "\"" + text(random, 16) + "\"");
        }
        add(lines, "priority", kind < 2 ? "u=0, i" : "u=" + kind);
        sections.add(lines);
      }
      return sections;
    }
  },

  /** A program that calls an interface, with a token and an identifier for each call. */
  API_REQUESTS {
    @Override
    List<List<FieldLine>> sections(long seed, int count) {
      Random random = new Random(seed);
      String token = "Bearer " + text(random, 120);
      List<List<FieldLine>> sections = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        List<FieldLine> lines = new ArrayList<>();
        boolean post = random.nextInt(3) == 0;
        add(lines, ":method", post ? "POST" : "GET");
        add(lines, ":scheme", "https");
        add(lines, ":authority", "api.example.com:8443");
        add(
            lines,
            ":path",
            random.nextInt(4) == 0
                ? "/v2/status"
                : "/v2/accounts/" + random.nextInt(40) + "/orders?after=" + random.nextInt(9999));
        add(lines, "authorization", token);
        add(lines, "user-agent", "orders-sync/3.14 (Java 25)");
        add(lines, "accept", "application/json");
        add(lines, "x-request-id", text(random, 32));
        add(lines, "traceparent", "00-" + text(random, 32) + "-" + text(random, 16) + "-01");
        if (post) {
          add(lines, "content-type", "application/json;charset=UTF-8");
          add(lines, "content-length", Integer.toString(random.nextInt(20, 4000)));
          add(lines, "idempotency-key", text(random, 24));
        }
        sections.add(lines);
      }
      return sections;
    }
  },

  /** A server of files. */
  FILE_RESPONSES {
    @Override
    List<List<FieldLine>> sections(long seed, int count) {
      Random random = new Random(seed);
      List<String> types =
          List.of(
              "text/html; charset=utf-8", "text/css; charset=utf-8", "image/webp", "font/woff2");
      List<String> dates = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        dates.add(date(random.nextInt(1_000_000)));
      }
      List<List<FieldLine>> sections = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        List<FieldLine> lines = new ArrayList<>();
        boolean fresh = random.nextInt(5) == 0;
        add(lines, ":status", fresh ? "304" : "200");
        add(lines, "server", "nginx/1.29.3");
        add(lines, "date", date(2_000_000 + i / 9));
        if (!fresh) {
          add(lines, "content-type", types.get(random.nextInt(types.size())));
          add(lines, "content-length", Integer.toString(random.nextInt(200, 90000)));
        }
        add(lines, "last-modified", dates.get(random.nextInt(dates.size())));
        add(lines, "etag", "\"" + text(random, 13) + "\"");
        add(lines, "cache-control", random.nextInt(4) == 0 ? "no-cache" : "public, max-age=86400");
        add(lines, "vary", "accept-encoding");
        add(lines, "alt-svc", "h3=\":443\"; ma=86400");
        add(lines, "accept-ranges", "bytes");
        sections.add(lines);
      }
      return sections;
    }
  },

  /** A distribution network with its own talkative fields. */
  CDN_RESPONSES {
    @Override
    List<List<FieldLine>> sections(long seed, int count) {
      Random random = new Random(seed);
      List<List<FieldLine>> sections = new ArrayList<>();
      String policy = "default-src 'self'; img-src https: data:; report-uri /r/" + text(random, 20);
      for (int i = 0; i < count; i++) {
        List<FieldLine> lines = new ArrayList<>();
        add(lines, ":status", random.nextInt(30) == 0 ? "404" : "200");
        add(lines, "date", date(3_000_000 + i / 25));
        add(lines, "content-type", random.nextBoolean() ? "image/jpeg" : "application/javascript");
        add(lines, "content-length", Integer.toString(random.nextInt(100, 200000)));
        add(lines, "cf-ray", text(random, 16) + "-ZRH");
        add(lines, "cf-cache-status", random.nextInt(6) == 0 ? "MISS" : "HIT");
        add(lines, "age", Integer.toString(random.nextInt(1, 90000)));
        add(lines, "cache-control", "public, max-age=31536000, immutable");
        add(lines, "expires", date(9_000_000 + i / 25));
        add(lines, "etag", "W/\"" + text(random, 32) + "\"");
        add(lines, "last-modified", date(random.nextInt(900_000)));
        add(lines, "strict-transport-security", "max-age=31536000; includeSubDomains; preload");
        add(lines, "x-content-type-options", "nosniff");
        add(lines, "content-security-policy", policy);
        if (random.nextInt(7) == 0) {
          add(lines, "set-cookie", "__cf_bm=" + text(random, 80) + "; path=/; secure; HttpOnly");
        }
        add(lines, "nel", "{\"success_fraction\":0,\"report_to\":\"cf-nel\",\"max_age\":604800}");
        add(lines, "x-served-by", "cache-zrh-" + random.nextInt(8));
        add(
            lines,
            "x-timer",
            "S" + random.nextInt(1_000_000_000) + ".1,VS0,VE" + random.nextInt(9));
        add(lines, "via", "1.1 varnish");
        add(lines, "server", "cloud");
        sections.add(lines);
      }
      return sections;
    }
  },

  /** An interface that answers with quotas and identifiers. */
  API_RESPONSES {
    @Override
    List<List<FieldLine>> sections(long seed, int count) {
      Random random = new Random(seed);
      List<List<FieldLine>> sections = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        List<FieldLine> lines = new ArrayList<>();
        add(lines, ":status", random.nextInt(9) == 0 ? "201" : "200");
        add(lines, "date", date(5_000_000 + i / 3));
        add(lines, "content-type", "application/json; charset=utf-8");
        add(lines, "content-length", Integer.toString(random.nextInt(2, 3000)));
        add(lines, "x-ratelimit-limit", "5000");
        add(lines, "x-ratelimit-remaining", Integer.toString(5000 - i));
        add(lines, "x-ratelimit-reset", Integer.toString(1_760_000_000 + i / 200 * 3600));
        add(lines, "x-request-id", text(random, 36));
        add(lines, "access-control-allow-origin", "https://app.example.com");
        add(lines, "access-control-allow-credentials", "true");
        add(lines, "vary", "Origin, Accept-Encoding");
        add(lines, "cache-control", "private, max-age=60, s-maxage=60");
        add(lines, "etag", "W/\"" + text(random, 40) + "\"");
        sections.add(lines);
      }
      return sections;
    }
  },

  /** Calls that are signed, each anew, in fields that must not be indexed. */
  SIGNED_REQUESTS {
    @Override
    List<List<FieldLine>> sections(long seed, int count) {
      Random random = new Random(seed);
      List<List<FieldLine>> sections = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        List<FieldLine> lines = new ArrayList<>();
        add(lines, ":method", "GET");
        add(lines, ":scheme", "https");
        add(lines, ":authority", "vault.example.com");
        add(lines, ":path", "/v1/secrets/" + random.nextInt(100_000));
        lines.add(new FieldLine("x-request-signature", text(random, 20), true));
        lines.add(new FieldLine("x-security-token", text(random, 16), true));
        sections.add(lines);
      }
      return sections;
    }
  };

  abstract List<List<FieldLine>> sections(long seed, int count);

  private static void add(List<FieldLine> lines, String name, String value) {
    lines.add(new FieldLine(name, value));
  }

  private static String text(Random random, int length) {
    String letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  private static String date(int seconds) {
    return String.format(
        java.util.Locale.ROOT,
        "Thu, %02d Nov 2026 %02d:%02d:%02d GMT",
        1 + seconds / 86400 % 28,
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60);
  }
}
