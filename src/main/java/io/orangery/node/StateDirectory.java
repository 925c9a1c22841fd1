package io.orangery.node;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.LoggerFactory;

/**
 * The agent's own directory, held exclusively while the process lives: a second agent for the same data directory must not start, also while
 * the first one is frozen. The kernel drops the lock with the process, however it ends.
 */
final class StateDirectory implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;

    private StateDirectory(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /** @throws StartRefused when another agent holds it, or it cannot be made */
    static StateDirectory hold(Path directory) throws StartRefused {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            FileChannel channel =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new StartRefused(
                        "another agent already manages this data directory: it holds " + directory.resolve("lock"));
            }
            return new StateDirectory(channel, lock);
        } catch (IOException failure) {
            throw new StartRefused("orangery.state_dir " + directory + " cannot be used: " + failure
                    + "; expected a directory that user " + System.getProperty("user.name") + " may create or write");
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException failure) {
            LoggerFactory.getLogger(StateDirectory.class)
                    .warn("the lock could not be given back: {}", failure.toString());
        }
    }
}
