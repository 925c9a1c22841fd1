package io.orangery.core.settings;

import io.orangery.core.cluster.GroupId;

/** The {@code citus} section, valid. */
public record CitusSettings(GroupId group, String database) {}
