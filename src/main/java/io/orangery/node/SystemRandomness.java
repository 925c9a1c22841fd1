package io.orangery.node;

import java.util.UUID;
import java.util.function.Supplier;

/** Ids that nobody else has. */
final class SystemRandomness implements Supplier<String> {
    @Override
    public String get() {
        return UUID.randomUUID().toString();
    }
}
