package io.orangery.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What a log says from a moment on. */
record LogSince(Path file, int bytes) {

    static LogSince now(Path file) throws IOException {
        return new LogSince(file, Math.toIntExact(Files.size(file)));
    }

    List<String> lines() throws IOException {
        byte[] all = Files.readAllBytes(file);
        return new String(Arrays.copyOfRange(all, bytes, all.length), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }
}
