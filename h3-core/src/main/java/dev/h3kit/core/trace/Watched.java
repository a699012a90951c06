package dev.h3kit.core.trace;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.Stream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts a watch around a transport's connection and its streams. All that the interfaces have is
 * passed on, whatever that is; only what carries octets is looked at.
 */
final class Watched {
  private Watched() {}

  /** Hears of the octets of one stream. */
  interface Watch {
    /** Octets were given to the transport. Called by the stream's writer. */
    void written(byte[] octets, int offset, int length);

    /** Octets came from the transport. Called by the stream's reader. */
    void read(byte[] octets, int offset, int length);
  }

  static Connection connection(Connection connection, Function<Stream, Watch> watches) {
    return proxy(
        Connection.class,
        (method, arguments) -> {
          if (method.getName().equals("acceptStreams")
              && arguments[0] instanceof Consumer<?> acceptor) {
            return call(connection, method, new Object[] {watching(acceptor, watches)});
          }
          Object result = call(connection, method, arguments);
          return result instanceof Stream stream ? stream(stream, watches.apply(stream)) : result;
        });
  }

  @SuppressWarnings("unchecked") // acceptStreams takes a Consumer<Stream>
  private static Consumer<Stream> watching(Consumer<?> acceptor, Function<Stream, Watch> watches) {
    Consumer<Stream> streams = (Consumer<Stream>) acceptor;
    return stream -> streams.accept(stream(stream, watches.apply(stream)));
  }

  private static Stream stream(Stream stream, Watch watch) {
    return proxy(
        Stream.class,
        (method, arguments) -> {
          Object result = call(stream, method, arguments);
          if (method.getName().equals("write") && arguments[0] instanceof byte[] octets) {
            watch.written(octets, (Integer) arguments[1], (Integer) arguments[2]);
          } else if (method.getName().equals("read")
              && arguments[0] instanceof byte[] octets
              && result instanceof Integer got
              && got > 0) {
            watch.read(octets, (Integer) arguments[1], got);
          }
          return result;
        });
  }

  /** Passes a call on to an interface's object, with the exceptions that it throws. */
  @FunctionalInterface
  interface Handler {
    @Nullable Object handle(Method method, Object[] arguments) throws Throwable;
  }

  @SuppressWarnings("ReferenceEquality") // of a proxy nothing but its identity is known
  static <T> T proxy(Class<T> type, Handler handler) {
    InvocationHandler invocation =
        (proxy, method, arguments) -> {
          if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
              case "equals" -> proxy == arguments[0];
              case "hashCode" -> System.identityHashCode(proxy);
              default -> "watched " + type.getSimpleName();
            };
          }
          return handler.handle(method, arguments == null ? new Object[0] : arguments);
        };
    return type.cast(
        Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, invocation));
  }

  static @Nullable Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }
}
