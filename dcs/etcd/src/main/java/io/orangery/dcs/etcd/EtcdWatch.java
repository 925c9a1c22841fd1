package io.orangery.dcs.etcd;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.orangery.dcs.keyvalue.KeyValueStore.Observer;
import io.orangery.dcs.keyvalue.KeyValueStore.Watch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One watch stream, from its opening to the first sign of trouble. Called by gRPC, one message at a time. */
final class EtcdWatch implements Watch, ClientResponseObserver<WatchRequest, WatchResponse> {
    static final Metadata.Key<String> REQUIRE_LEADER = Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private static final Logger LOG = LoggerFactory.getLogger(EtcdWatch.class);

    private final String prefix;
    private final long fromRevision;
    private final Observer observer;
    private final RaftTerms terms;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile ClientCallStreamObserver<WatchRequest> requests;

    EtcdWatch(String prefix, long fromRevision, Observer observer, RaftTerms terms) {
        this.prefix = prefix;
        this.fromRevision = fromRevision;
        this.observer = observer;
        this.terms = terms;
    }

    void open(ManagedChannel channel, Metadata headers) {
        WatchCreateRequest create = WatchCreateRequest.newBuilder()
                .setKey(Messages.bytes(prefix))
                .setRangeEnd(Messages.endOf(prefix))
                .setStartRevision(fromRevision)
                .build();
        WatchGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .watch(this)
                .onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
        requests = stream;
    }

    @Override
    public void onNext(WatchResponse response) {
        if (response.getCanceled()) {
            failed("cancelled by the server: " + response.getCancelReason());
        } else if (!terms.isCurrent(
                response.getHeader().getClusterId(), response.getHeader().getRaftTerm())) {
            failed("the server is behind");
        } else if (!ended.get() && response.getEventsCount() > 0) {
            observer.changed(
                    response.getEventsList().stream().map(Messages::event).toList());
        }
    }

    @Override
    public void onError(Throwable error) {
        failed(Status.fromThrowable(error).toString());
    }

    @Override
    public void onCompleted() {
        failed("ended by the server");
    }

    void failed(String why) {
        if (ended.compareAndSet(false, true)) {
            LOG.debug("watch of {} broke: {}", prefix, why);
            cancel();
            observer.broken(why);
        }
    }

    @Override
    public void close() {
        if (ended.compareAndSet(false, true)) {
            cancel();
        }
    }

    private void cancel() {
        ClientCallStreamObserver<WatchRequest> stream = requests;
        if (stream != null) {
            stream.cancel("no longer needed", null);
        }
    }
}
