package dev.h3kit.core.hostile;

import dev.h3kit.core.Http3Limits;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/** Limits with some of them changed by name. */
final class Limits {
  private Limits() {}

  /** Whether there is a limit of that name. */
  static boolean known(String name) {
    return Arrays.stream(Http3Limits.class.getRecordComponents())
        .anyMatch(component -> component.getName().equals(name));
  }

  static Http3Limits with(Http3Limits base, Map<String, String> changes) {
    RecordComponent[] components = Http3Limits.class.getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        String change = changes.get(components[i].getName());
        values[i] =
            change == null ? components[i].getAccessor().invoke(base) : value(types[i], change);
      }
      return Http3Limits.class.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("limits cannot be changed", e);
    }
  }

  private static Object value(Class<?> type, String text) {
    if (type == Duration.class) {
      return Numbers.duration(text);
    }
    long number = Numbers.octets(text);
    return type == int.class ? (Object) (int) number : (Object) number;
  }
}
