package dev.h3kit.interop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.h3kit.qpack.FieldLine;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The QPACK of the C library nghttp3 (package libnghttp3-3), its ABI of version 0.8. */
@SuppressWarnings("restricted")
final class Nghttp3 implements AutoCloseable {
  private static final int EMIT = 1;
  private static final int FINAL = 2;
  private static final int BLOCKED = 4;
  private static final byte NEVER_INDEX = 1;
  private static final long NV = 40;
  private static final MemoryLayout VEC = MemoryLayout.structLayout(ADDRESS, JAVA_LONG);

  /** {@code nghttp3_buf}: begin, end, pos, last. */
  private static final long BUF = 32;

  private static final AddressLayout POINTER =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));

  private final Arena arena = Arena.ofConfined();
  private final SymbolLookup library;
  private final MemorySegment memory;
  private final MethodHandle free;
  private final MemorySegment slot = arena.allocate(ADDRESS);

  private Nghttp3(String file) {
    library = SymbolLookup.libraryLookup(file, arena);
    free = function("nghttp3_buf_free", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    memory = (MemorySegment) call(function("nghttp3_mem_default", FunctionDescriptor.of(POINTER)));
  }

  /** The library. A test without it fails with -Dinterop.required=true and is skipped otherwise. */
  static Nghttp3 load() {
    try {
      return new Nghttp3("libnghttp3.so.3");
    } catch (IllegalArgumentException e) {
      String message = "libnghttp3.so.3 is not installed; on Debian it is in libnghttp3-3";
      if (Boolean.getBoolean("interop.required")) {
        Assertions.fail(message, e);
      }
      return Assumptions.abort(message);
    }
  }

  /** A field section and the encoder instructions that were written with it. */
  @SuppressWarnings("ArrayRecordComponent")
  record Encoded(byte[] section, byte[] instructions) {}

  /** An encoder; freed with the library's arena and not before. */
  final class Encoder {
    private final MemorySegment handle;
    private final MethodHandle encode =
        function(
            "nghttp3_qpack_encoder_encode",
            FunctionDescriptor.of(
                JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG));
    private final MethodHandle readDecoder = reader("nghttp3_qpack_encoder_read_decoder");

    Encoder(long capacity, long blocked) {
      ok(
          call(
              function(
                  "nghttp3_qpack_encoder_new",
                  FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS)),
              slot,
              capacity,
              memory));
      handle = slot.get(POINTER, 0);
      FunctionDescriptor setter = FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG);
      call(function("nghttp3_qpack_encoder_set_max_dtable_capacity", setter), handle, capacity);
      call(function("nghttp3_qpack_encoder_set_max_blocked_streams", setter), handle, blocked);
    }

    Encoded encode(long streamId, List<FieldLine> lines) {
      try (Arena scratch = Arena.ofConfined()) {
        MemorySegment fields = scratch.allocate(Math.max(1, lines.size()) * NV, 8);
        for (int i = 0; i < lines.size(); i++) {
          FieldLine line = lines.get(i);
          MemorySegment name = octets(scratch, line.name().getBytes(StandardCharsets.ISO_8859_1));
          MemorySegment value = octets(scratch, line.value().getBytes(StandardCharsets.ISO_8859_1));
          fields.set(ADDRESS, i * NV, name);
          fields.set(ADDRESS, i * NV + 8, value);
          fields.set(JAVA_LONG, i * NV + 16, line.name().length());
          fields.set(JAVA_LONG, i * NV + 24, line.value().length());
          fields.set(JAVA_BYTE, i * NV + 32, line.neverIndexed() ? NEVER_INDEX : 0);
        }
        MemorySegment prefix = scratch.allocate(BUF, 8);
        MemorySegment section = scratch.allocate(BUF, 8);
        MemorySegment instructions = scratch.allocate(BUF, 8);
        ok(
            call(
                encode,
                handle,
                prefix,
                section,
                instructions,
                streamId,
                fields,
                (long) lines.size()));
        return new Encoded(join(take(prefix), take(section)), take(instructions));
      }
    }

    void readDecoder(byte[] octets) {
      read(readDecoder, handle, octets);
    }
  }

  /** A decoder; freed with the library's arena and not before. */
  final class Decoder {
    private final MemorySegment handle;
    private final Map<Long, MemorySegment> contexts = new HashMap<>();
    private final MethodHandle readEncoder = reader("nghttp3_qpack_decoder_read_encoder");
    private final MethodHandle newContext =
        function(
            "nghttp3_qpack_stream_context_new",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS));
    private final MethodHandle deleteContext =
        function("nghttp3_qpack_stream_context_del", FunctionDescriptor.ofVoid(ADDRESS));
    private final MethodHandle readRequest =
        function(
            "nghttp3_qpack_decoder_read_request",
            FunctionDescriptor.of(
                JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT));
    private final MethodHandle instructionLength =
        function(
            "nghttp3_qpack_decoder_get_decoder_streamlen",
            FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    private final MethodHandle writeInstructions =
        function(
            "nghttp3_qpack_decoder_write_decoder", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    private final MethodHandle cancel =
        function(
            "nghttp3_qpack_decoder_cancel_stream",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private final MethodHandle text =
        function("nghttp3_rcbuf_get_buf", FunctionDescriptor.of(VEC, ADDRESS));
    private final MethodHandle release =
        function("nghttp3_rcbuf_decref", FunctionDescriptor.ofVoid(ADDRESS));

    Decoder(long capacity, long blocked) {
      ok(
          call(
              function(
                  "nghttp3_qpack_decoder_new",
                  FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS)),
              slot,
              capacity,
              blocked,
              memory));
      handle = slot.get(POINTER, 0);
    }

    void readEncoder(byte[] octets) {
      read(readEncoder, handle, octets);
    }

    /**
     * Decodes a whole section.
     *
     * @param rest gets what is left to be given again, when the section is blocked
     * @return the lines, or null if the section is blocked
     */
    @Nullable List<FieldLine> section(long streamId, byte[] section, List<byte[]> rest) {
      MemorySegment context = contexts.get(streamId);
      if (context == null) {
        ok(call(newContext, slot, streamId, memory));
        context = slot.get(POINTER, 0);
        contexts.put(streamId, context);
      }
      List<FieldLine> lines = new ArrayList<>();
      try (Arena scratch = Arena.ofConfined()) {
        MemorySegment source = octets(scratch, section);
        MemorySegment field = scratch.allocate(24, 8);
        MemorySegment flags = scratch.allocate(1);
        long at = 0;
        while (true) {
          long read =
              (long)
                  call(
                      readRequest,
                      handle,
                      context,
                      field,
                      flags,
                      source.asSlice(at),
                      section.length - at,
                      1);
          if (read < 0) {
            throw new IllegalStateException("nghttp3 refuses the section: " + read);
          }
          at += read;
          int flag = flags.get(JAVA_BYTE, 0);
          if ((flag & BLOCKED) != 0) {
            rest.add(source.asSlice(at, section.length - at).toArray(JAVA_BYTE));
            return null;
          }
          if ((flag & EMIT) != 0) {
            boolean never = (field.get(JAVA_BYTE, 20) & NEVER_INDEX) != 0;
            lines.add(
                new FieldLine(
                    text(scratch, field.get(ADDRESS, 0)),
                    text(scratch, field.get(ADDRESS, 8)),
                    never));
          }
          if ((flag & FINAL) != 0) {
            call(deleteContext, contexts.remove(streamId));
            return lines;
          }
        }
      }
    }

    void cancel(long streamId) {
      call(deleteContext, contexts.remove(streamId));
      ok(call(cancel, handle, streamId));
    }

    byte[] instructions() {
      long length = (long) call(instructionLength, handle);
      try (Arena scratch = Arena.ofConfined()) {
        MemorySegment room = scratch.allocate(Math.max(1, length));
        MemorySegment buffer = scratch.allocate(BUF, 8);
        buffer.set(ADDRESS, 0, room);
        buffer.set(ADDRESS, 8, MemorySegment.ofAddress(room.address() + length));
        buffer.set(ADDRESS, 16, room);
        buffer.set(ADDRESS, 24, room);
        call(writeInstructions, handle, buffer);
        return content(buffer);
      }
    }

    private String text(Arena scratch, MemorySegment counted) {
      MemorySegment vec = (MemorySegment) call(text, (SegmentAllocator) scratch, counted);
      byte[] octets = vec.get(ADDRESS, 0).reinterpret(vec.get(JAVA_LONG, 8)).toArray(JAVA_BYTE);
      call(release, counted);
      return new String(octets, StandardCharsets.ISO_8859_1);
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  private MethodHandle reader(String name) {
    return function(name, FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));
  }

  private static void read(MethodHandle reader, MemorySegment handle, byte[] octets) {
    try (Arena scratch = Arena.ofConfined()) {
      long read = (long) call(reader, handle, octets(scratch, octets), (long) octets.length);
      if (read != octets.length) {
        throw new IllegalStateException("nghttp3 refuses the instructions: " + read);
      }
    }
  }

  private MethodHandle function(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(library.find(name).orElseThrow(), descriptor);
  }

  private static Object call(MethodHandle function, Object... arguments) {
    try {
      return function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void ok(Object result) {
    if ((int) result != 0) {
      throw new IllegalStateException("nghttp3 answers " + result);
    }
  }

  private static MemorySegment octets(Arena arena, byte[] octets) {
    MemorySegment segment = arena.allocate(Math.max(1, octets.length));
    MemorySegment.copy(octets, 0, segment, JAVA_BYTE, 0, octets.length);
    return segment;
  }

  private byte[] take(MemorySegment buffer) {
    byte[] content = content(buffer);
    call(free, buffer, memory);
    return content;
  }

  private static byte[] content(MemorySegment buffer) {
    MemorySegment from = buffer.get(ADDRESS, 16);
    long length = buffer.get(ADDRESS, 24).address() - from.address();
    return length == 0 ? new byte[0] : from.reinterpret(length).toArray(JAVA_BYTE);
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] whole = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, whole, first.length, second.length);
    return whole;
  }
}
