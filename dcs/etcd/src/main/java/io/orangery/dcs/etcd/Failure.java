package io.orangery.dcs.etcd;

import io.grpc.Status;
import io.orangery.dcs.keyvalue.Reply;

/** What an error status of etcd means (dcs-layout 10.9). */
enum Failure {
    /** The connection failed or the server cannot serve: another may. */
    UNAVAILABLE,
    /** No answer in time. */
    SILENT,
    /** The server answered; the same server may do better next time. */
    TRANSIENT,
    LEASE_GONE,
    /** The token is missing, old or wrong. */
    UNAUTHENTICATED,
    REJECTED;

    static Failure of(Status status) {
        String text = status.getDescription() == null ? "" : status.getDescription();
        return switch (status.getCode()) {
            case UNAVAILABLE, CANCELLED, INTERNAL -> UNAVAILABLE;
            case UNKNOWN -> text.contains("not a primary lessor") || status.getCause() != null ? UNAVAILABLE : REJECTED;
            case DEADLINE_EXCEEDED -> SILENT;
            case FAILED_PRECONDITION, ABORTED -> TRANSIENT;
            case RESOURCE_EXHAUSTED -> text.contains("too many requests") ? TRANSIENT : REJECTED;
            case NOT_FOUND -> text.contains("lease not found") ? LEASE_GONE : REJECTED;
            case UNAUTHENTICATED, PERMISSION_DENIED -> UNAUTHENTICATED;
            case INVALID_ARGUMENT ->
                text.contains("revision of auth store is old") || text.contains("user name is empty")
                        ? UNAUTHENTICATED
                        : REJECTED;
            default -> REJECTED;
        };
    }

    <T> Reply<T> reply(Status status) {
        String why = why(status);
        return switch (this) {
            case UNAVAILABLE, SILENT, TRANSIENT -> new Reply.Failed<>(why);
            case LEASE_GONE -> new Reply.LeaseGone<>(why);
            case UNAUTHENTICATED, REJECTED -> new Reply.Rejected<>(why);
        };
    }

    /** The cause names the server that cannot be reached, which the description does not. */
    private static String why(Status status) {
        String description = status.getDescription() == null ? "" : ": " + status.getDescription();
        String cause = status.getCause() == null || status.getCause().getMessage() == null
                ? ""
                : ": " + status.getCause().getMessage();
        return status.getCode() + description + cause;
    }
}
