package io.orangery.core.settings;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What is in effect of the {@code log} section.
 *
 * @param level {@code DEBUG}, {@code INFO}, {@code WARN} or {@code ERROR}, translated from the names that Python has in addition
 * @param directory folder of the log file; empty: standard error
 */
public record LogSettings(String level, Optional<Path> directory) {}
