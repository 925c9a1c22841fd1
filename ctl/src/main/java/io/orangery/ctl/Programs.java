package io.orangery.ctl;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the user's own programs: the editor and the pager. */
final class Programs {
    private Programs() {}

    /**
     * @param variable names the program, perhaps with arguments
     * @param others tried in this order on the search path when the variable is not set
     * @return command and arguments; empty: nothing was found
     */
    static Optional<List<String>> find(Map<String, String> environment, String variable, List<String> others) {
        String chosen = environment.getOrDefault(variable, "").strip();
        if (!chosen.isEmpty()) {
            return Optional.of(List.of(chosen.split("\\s+")));
        }
        return others.stream()
                .filter(name -> folders(environment).anyMatch(folder -> Files.isExecutable(folder.resolve(name))))
                .findFirst()
                .map(List::of);
    }

    private static Stream<Path> folders(Map<String, String> environment) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
    }
}
