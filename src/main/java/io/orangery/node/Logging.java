package io.orangery.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import io.orangery.core.settings.LogSettings;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@code log} section applied to the shipped configuration: level, and a file instead of the console. */
final class Logging {
    /** Sizes of the reference: four files of 25 MB (configuration.md 5.2). */
    private static final int FILES = 4;

    private static final long FILE_BYTES = 25_000_000;

    private Logging() {}

    static void apply(LogSettings settings) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(settings.level(), Level.INFO));
        settings.directory().ifPresent(directory -> {
            root.detachAppender("CONSOLE");
            root.addAppender(file(context, directory));
        });
    }

    private static RollingFileAppender<ILoggingEvent> file(LoggerContext context, Path directory) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{0}: %msg%n%ex{20}");
        encoder.start();
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(directory.resolve("patroni.log").toString());
        appender.setEncoder(encoder);
        FixedWindowRollingPolicy files = new FixedWindowRollingPolicy();
        files.setContext(context);
        files.setParent(appender);
        files.setFileNamePattern(directory.resolve("patroni.log") + ".%i");
        files.setMaxIndex(FILES);
        files.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(FILE_BYTES));
        size.start();
        appender.setRollingPolicy(files);
        appender.setTriggeringPolicy(size);
        appender.start();
        return appender;
    }
}
