package io.orangery.postgres.configuration;

/** What it takes to bring the recovery settings in force in line with the wanted ones. */
public enum RecoveryDifference {
    SAME,
    RELOAD,
    RESTART
}
