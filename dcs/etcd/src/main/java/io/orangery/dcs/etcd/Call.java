package io.orangery.dcs.etcd;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The one answer to one request; further messages of a stream are ignored. */
final class Call<A> implements StreamObserver<A> {
    sealed interface Result<A> {}

    record Answered<A>(A answer) implements Result<A> {}

    record Ended<A>(Status status) implements Result<A> {}

    private final CompletableFuture<Result<A>> result = new CompletableFuture<>();

    CompletionStage<Result<A>> result() {
        return result;
    }

    @Override
    public void onNext(A answer) {
        result.complete(new Answered<>(answer));
    }

    @Override
    public void onError(Throwable error) {
        result.complete(new Ended<>(Status.fromThrowable(error)));
    }

    @Override
    public void onCompleted() {
        result.complete(
                new Ended<>(Status.UNAVAILABLE.withDescription("the server ended the stream without an answer")));
    }
}
