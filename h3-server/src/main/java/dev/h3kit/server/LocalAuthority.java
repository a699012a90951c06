package dev.h3kit.server;

import dev.h3kit.core.transport.Identity;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A certificate authority in a folder of the user, for the servers on this machine.
 *
 * <p>{@code ca.pem} and {@code ca-key.pem} are the authority; {@code leaf-*.pem} hold a key and a
 * certificate each, one for every set of names. Keys are readable by the user alone, files appear
 * whole or not at all, and starts at the same time wait for each other.
 */
final class LocalAuthority {
  /** How long before its end a leaf is made anew. */
  static final Duration RENEWAL = Duration.ofDays(30);

  private static final ReentrantLock IN_PROCESS = new ReentrantLock();

  private final Path folder;
  private final Clock clock;

  private LocalAuthority(Path folder, Clock clock) {
    this.folder = folder.toAbsolutePath();
    this.clock = clock;
  }

  static LocalAuthority in(Path folder) {
    return new LocalAuthority(folder, Clock.systemUTC());
  }

  static LocalAuthority in(Path folder, Clock clock) {
    return new LocalAuthority(folder, clock);
  }

  /** The user's usual folder for it. */
  static Path usualFolder() {
    Path home = Path.of(System.getProperty("user.home"));
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    if (system.startsWith("mac")) {
      return home.resolve("Library/Application Support/h3kit");
    }
    String local = System.getenv("LOCALAPPDATA");
    if (system.startsWith("windows") && local != null) {
      return Path.of(local, "h3kit");
    }
    String xdg = System.getenv("XDG_DATA_HOME");
    // XDG Base Directory Specification: "If an implementation encounters a relative path in any of
    // these variables it should consider the path invalid and ignore it."
    if (xdg != null && Path.of(xdg).isAbsolute()) {
      return Path.of(xdg, "h3kit");
    }
    return home.resolve(".local/share/h3kit");
  }

  ServerIdentity identity(Collection<String> names) throws IOException {
    SubjectNames subject = SubjectNames.withLoopback(names);
    IN_PROCESS.lock();
    try {
      makeFolder();
      try (FileChannel lock =
              FileChannel.open(
                  folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var _ = lock.lock()) {
        return underLock(subject);
      }
    } catch (FileSystemException e) {
      throw new IOException(
          "cannot use "
              + folder
              + " for the local certificate authority: "
              + reason(e)
              + "\nName another folder with --ca-dir, or bring a certificate with --cert and"
              + " --key.",
          e);
    } finally {
      IN_PROCESS.unlock();
    }
  }

  private static String reason(FileSystemException e) {
    return switch (e) {
      case AccessDeniedException denied -> "no permission for " + denied.getFile();
      case FileAlreadyExistsException exists -> exists.getFile() + " is not a folder";
      case NoSuchFileException missing -> "no folder can be made at " + missing.getFile();
      default -> e.getReason() == null ? String.valueOf(e.getMessage()) : e.getReason();
    };
  }

  private void makeFolder() throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(folder, permissions("rwx------"));
    } catch (FileAlreadyExistsException e) {
      // Somebody else was first, which is as good, unless it is not a folder.
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  private ServerIdentity underLock(SubjectNames subject) throws IOException {
    Path caFile = folder.resolve("ca.pem");
    Path caKeyFile = folder.resolve("ca-key.pem");
    Path leafFile = folder.resolve("leaf-" + fingerprint(subject) + ".pem");
    Instant now = clock.instant();
    if (!Files.exists(caFile, LinkOption.NOFOLLOW_LINKS)
        || !Files.exists(caKeyFile, LinkOption.NOFOLLOW_LINKS)) {
      Identity made = Certificates.authority(now);
      write(caKeyFile, PemFiles.encode("PRIVATE KEY", made.key().getEncoded()), "rw-------");
      write(caFile, certificate(made.chain().getFirst()), "rw-r--r--");
    }
    X509Certificate ca = PemFiles.certificates(caFile).getFirst();
    if (now.isAfter(ca.getNotAfter().toInstant())) {
      throw new IOException(
          "the local certificate authority in "
              + caFile
              + " expired on "
              + ca.getNotAfter().toInstant()
              + "\nRemove the folder "
              + folder
              + " to have a new one made, and trust that one.");
    }
    if (Files.exists(leafFile)) {
      List<X509Certificate> chain = PemFiles.certificates(leafFile);
      if (good(chain.getFirst(), ca, now)) {
        return new ServerIdentity(new Identity(PemFiles.key(leafFile), chain), ca, caFile);
      }
    }
    PrivateKey caKey = PemFiles.key(caKeyFile);
    if (!PemFiles.belongTogether(caKey, ca.getPublicKey())) {
      throw new IOException(
          caKeyFile
              + " is not the key of "
              + caFile
              + "\nRemove the folder "
              + folder
              + " to have both made anew.");
    }
    Identity leaf = Certificates.leaf(new Identity(caKey, List.of(ca)), subject, now);
    write(
        leafFile,
        PemFiles.encode("PRIVATE KEY", leaf.key().getEncoded())
            + certificate(leaf.chain().getFirst()),
        "rw-------");
    return new ServerIdentity(leaf, ca, caFile);
  }

  private static boolean good(X509Certificate leaf, X509Certificate ca, Instant now) {
    try {
      leaf.verify(ca.getPublicKey());
    } catch (GeneralSecurityException e) {
      return false;
    }
    return now.plus(RENEWAL).isBefore(leaf.getNotAfter().toInstant())
        && !now.isBefore(leaf.getNotBefore().toInstant());
  }

  private static String certificate(X509Certificate certificate) throws IOException {
    try {
      return PemFiles.encode("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static String fingerprint(SubjectNames subject) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(subject.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private void write(Path file, String text, String permissions) throws IOException {
    Path temporary = Files.createTempFile(folder, ".new-", ".pem", permissions(permissions));
    try {
      Files.writeString(temporary, text);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private FileAttribute<?>[] permissions(String permissions) {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
    };
  }
}
