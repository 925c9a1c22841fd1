package io.orangery.ctl;

import io.orangery.config.DynamicDocument;
import io.orangery.ctl.output.YamlText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Lets the user change a configuration in an editor (ctl.md 20.3). */
final class Editor {
    private final Session session;

    Editor(Session session) {
        this.session = session;
    }

    /** Offers to go on editing what is not YAML. @throws CommandFailed no editor, it failed, or the user gave up */
    DynamicDocument edited(String cluster, DynamicDocument before) {
        List<String> program = Programs.find(session.environment(), "EDITOR", List.of("editor", "vi"))
                .orElseThrow(() ->
                        new CommandFailed("EDITOR environment variable is not set. editor or vi are not available"));
        try {
            Path file = Files.createTempFile(cluster.replace('/', '_') + "-config-", ".yaml");
            try {
                Files.writeString(file, YamlText.block(before.values()));
                return edited(program, file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private DynamicDocument edited(List<String> program, Path file) throws IOException {
        while (true) {
            edit(program, file);
            try {
                return new DynamicDocument(ConfigEdit.mapping("the edited text", Files.readString(file)));
            } catch (CommandFailed invalid) {
                session.terminal().error("Error: " + invalid.getMessage());
                if (!session.terminal().confirm("Do you want to edit it again?")) {
                    throw new CommandFailed("Nothing was changed");
                }
            }
        }
    }

    private static void edit(List<String> program, Path file) throws IOException {
        var command = new ArrayList<>(program);
        command.add(file.toString());
        try {
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new CommandFailed("Editor exited with return code " + code);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Aborted();
        }
    }
}
