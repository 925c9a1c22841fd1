package io.orangery.postgres.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Content of {@code postmaster.pid}.
 *
 * @param pid of the postmaster, or of a single-user server
 * @param singleUser the number was negative
 * @param started by PostgreSQL's clock, in whole seconds; empty when the line is missing
 * @param port empty when not yet written
 * @param status {@code starting}, {@code standby}, {@code ready}, {@code stopping}; empty when not yet written
 */
record PostmasterPid(long pid, boolean singleUser, Optional<Instant> started, Optional<Integer> port, String status) {

    /** Empty when there is no file, it cannot be read, or it is not complete: PostgreSQL writes it line by line. */
    static Optional<PostmasterPid> read(Path dataDir) {
        try {
            String text = Files.readString(dataDir.resolve("postmaster.pid"), StandardCharsets.ISO_8859_1);
            return parse(text.lines().map(String::strip).toList());
        } catch (IOException missing) {
            return Optional.empty();
        }
    }

    static Optional<PostmasterPid> parse(List<String> lines) {
        return number(lines, 0)
                .filter(pid -> pid != 0)
                .map(pid -> new PostmasterPid(
                        Math.abs(pid),
                        pid < 0,
                        number(lines, 2).map(Instant::ofEpochSecond),
                        number(lines, 3).map(Math::toIntExact),
                        lines.size() > 7 ? lines.get(7) : ""));
    }

    /** Startup is over: it takes connections, or never will because hot_standby is off. */
    boolean startupOver() {
        return status.equals("ready") || status.equals("standby");
    }

    private static Optional<Long> number(List<String> lines, int index) {
        try {
            return index < lines.size() ? Optional.of(Long.parseLong(lines.get(index))) : Optional.empty();
        } catch (NumberFormatException incomplete) {
            return Optional.empty();
        }
    }
}
