package io.orangery.dcs.etcd;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.orangery.dcs.etcd.Endpoints.Connection;
import io.orangery.dcs.etcd.EtcdSection.Login;
import io.orangery.dcs.keyvalue.KeyValueStore;
import io.orangery.dcs.keyvalue.Reply;
import io.orangery.dcs.keyvalue.Transaction;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Requests to etcd over gRPC, each with a deadline, each tried once; after a failure the next one goes to the next server. Any thread. */
final class EtcdStore implements KeyValueStore {
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final long LEFT_FOR_A_SECOND_LOGIN_MILLIS = 500;

    /** What a request is sent with. */
    private record Attempt(Connection connection, Deadline deadline, Metadata headers) {
        <S extends AbstractStub<S>> S prepare(Function<io.grpc.Channel, S> stub) {
            return stub.apply(connection.channel())
                    .withDeadline(deadline)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        }
    }

    private final Endpoints endpoints;
    private final Optional<Login> login;
    private final RaftTerms terms = new RaftTerms();

    EtcdStore(Endpoints endpoints, Optional<Login> login) {
        this.endpoints = endpoints;
        this.login = login;
    }

    @Override
    public CompletionStage<Reply<Range>> get(String key, Duration timeout) {
        return range(Messages.key(key), timeout);
    }

    @Override
    public CompletionStage<Reply<Range>> list(String prefix, Duration timeout) {
        return range(Messages.prefix(prefix), timeout);
    }

    private CompletionStage<Reply<Range>> range(RangeRequest request, Duration timeout) {
        return this.<RangeResponse, Range>call(
                timeout,
                (attempt, replies) -> attempt.prepare(KVGrpc::newStub).range(request, replies),
                RangeResponse::getHeader,
                response -> new Reply.Success<>(Messages.range(response)));
    }

    @Override
    public CompletionStage<Reply<Transaction.Outcome>> transact(Transaction transaction, Duration timeout) {
        return this.<TxnResponse, Transaction.Outcome>call(
                timeout,
                (attempt, replies) -> attempt.prepare(KVGrpc::newStub).txn(Messages.transaction(transaction), replies),
                TxnResponse::getHeader,
                response -> new Reply.Success<>(Messages.outcome(response)));
    }

    @Override
    public CompletionStage<Reply<Grant>> grant(Duration ttl, Duration timeout) {
        LeaseGrantRequest request =
                LeaseGrantRequest.newBuilder().setTTL(ttl.toSeconds()).build();
        return this.<LeaseGrantResponse, Grant>call(
                timeout,
                (attempt, replies) -> attempt.prepare(LeaseGrpc::newStub).leaseGrant(request, replies),
                LeaseGrantResponse::getHeader,
                response -> new Reply.Success<>(new Grant(response.getID(), Duration.ofSeconds(response.getTTL()))));
    }

    /** One message each way, then the stream ends: nothing in here can keep a lease alive by itself. */
    @Override
    public CompletionStage<Reply<Duration>> keepAlive(long lease, Duration timeout) {
        LeaseKeepAliveRequest request =
                LeaseKeepAliveRequest.newBuilder().setID(lease).build();
        return this.<LeaseKeepAliveResponse, Duration>call(
                timeout,
                (attempt, replies) -> {
                    StreamObserver<LeaseKeepAliveRequest> requests =
                            attempt.prepare(LeaseGrpc::newStub).leaseKeepAlive(replies);
                    requests.onNext(request);
                    requests.onCompleted();
                },
                LeaseKeepAliveResponse::getHeader,
                response -> response.getTTL() > 0
                        ? new Reply.Success<>(Duration.ofSeconds(response.getTTL()))
                        : new Reply.LeaseGone<>("lease " + lease + " has ended"));
    }

    @Override
    public Watch watch(String prefix, long fromRevision, Observer observer) {
        EtcdWatch watch = new EtcdWatch(prefix, fromRevision, observer, terms);
        Optional<Connection> connection = endpoints.current();
        if (connection.isEmpty()) {
            watch.failed("the connection is closed");
        } else {
            Metadata headers = headers(connection.get());
            // A server that is cut off from the others must end the stream instead of going quiet.
            headers.put(EtcdWatch.REQUIRE_LEADER, "true");
            watch.open(connection.get().channel(), headers);
        }
        return watch;
    }

    @Override
    public void close() {
        endpoints.close();
    }

    private <A, T> CompletionStage<Reply<T>> call(
            Duration timeout,
            BiConsumer<Attempt, StreamObserver<A>> send,
            Function<A, ResponseHeader> header,
            Function<A, Reply<T>> read) {
        Deadline deadline = Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS);
        return call(deadline, send, header, read, login.isPresent());
    }

    private <A, T> CompletionStage<Reply<T>> call(
            Deadline deadline,
            BiConsumer<Attempt, StreamObserver<A>> send,
            Function<A, ResponseHeader> header,
            Function<A, Reply<T>> read,
            boolean mayLogInAgain) {
        Optional<Connection> connection = endpoints.current();
        if (connection.isEmpty()) {
            return CompletableFuture.completedStage(new Reply.Failed<>("the connection is closed"));
        }
        Connection used = connection.get();
        return authenticated(used, deadline).thenCompose(loggedIn -> {
            if (!(loggedIn instanceof Reply.Success<Void>)) {
                return CompletableFuture.completedStage(loggedIn.<T>failure());
            }
            Call<A> call = new Call<>();
            send.accept(new Attempt(used, deadline, headers(used)), call);
            return call.result().thenCompose(result -> switch (result) {
                case Call.Answered<A>(A answer) -> {
                    Reply<T> reply = current(header.apply(answer)) ? read.apply(answer) : staleServer(used);
                    yield CompletableFuture.completedStage(reply);
                }
                case Call.Ended<A>(Status status) -> {
                    Failure failure = Failure.of(status);
                    leave(used, failure, status);
                    boolean again = failure == Failure.UNAUTHENTICATED
                            && mayLogInAgain
                            && deadline.timeRemaining(TimeUnit.MILLISECONDS) > LEFT_FOR_A_SECOND_LOGIN_MILLIS;
                    used.token(failure == Failure.UNAUTHENTICATED ? Optional.empty() : used.token());
                    yield again
                            ? call(deadline, send, header, read, false)
                            : CompletableFuture.completedStage(failure.<T>reply(status));
                }
            });
        });
    }

    private boolean current(ResponseHeader header) {
        return terms.isCurrent(header.getClusterId(), header.getRaftTerm());
    }

    private <T> Reply<T> staleServer(Connection used) {
        String why = "the server is behind: its raft term is lower than one seen before";
        endpoints.failed(used, true, why);
        return new Reply.Failed<>(why);
    }

    private void leave(Connection used, Failure failure, Status status) {
        if (failure == Failure.UNAVAILABLE || failure == Failure.SILENT) {
            endpoints.failed(used, failure == Failure.SILENT, status.getCode() + " " + status.getDescription());
        }
    }

    private static Metadata headers(Connection connection) {
        Metadata headers = new Metadata();
        connection.token().flatMap(token -> token).ifPresent(token -> headers.put(TOKEN, token));
        return headers;
    }

    /** Logs in when there is a user and this connection has no token yet. */
    private CompletionStage<Reply<Void>> authenticated(Connection used, Deadline deadline) {
        if (login.isEmpty() || used.token().isPresent()) {
            return CompletableFuture.completedStage(new Reply.Success<>(null));
        }
        AuthenticateRequest request = AuthenticateRequest.newBuilder()
                .setName(login.get().user())
                .setPassword(login.get().password())
                .build();
        Call<AuthenticateResponse> call = new Call<>();
        AuthGrpc.newStub(used.channel()).withDeadline(deadline).authenticate(request, call);
        return call.result().thenApply(result -> switch (result) {
            case Call.Answered<AuthenticateResponse>(AuthenticateResponse answer) -> {
                used.token(Optional.of(Optional.of(answer.getToken())));
                yield new Reply.Success<>(null);
            }
            case Call.Ended<AuthenticateResponse>(Status status) -> loginFailed(used, status);
        });
    }

    private Reply<Void> loginFailed(Connection used, Status status) {
        if (("" + status.getDescription()).contains("authentication is not enabled")) {
            used.token(Optional.of(Optional.empty()));
            return new Reply.Success<>(null);
        }
        Failure failure = Failure.of(status);
        leave(used, failure, status);
        return failure.reply(status);
    }
}
