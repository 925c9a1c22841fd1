package io.orangery.dcs.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.orangery.dcs.Entry;
import io.orangery.dcs.keyvalue.KeyValueStore.Event;
import io.orangery.dcs.keyvalue.KeyValueStore.Range;
import io.orangery.dcs.keyvalue.Transaction;
import io.orangery.dcs.keyvalue.Transaction.Branch;
import io.orangery.dcs.keyvalue.Transaction.Change;
import io.orangery.dcs.keyvalue.Transaction.Comparison;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Translation between the port's records and etcd's messages. Pure. */
final class Messages {
    private Messages() {}

    /** Never {@code serializable}: what is read here decides something (deviations 2). */
    static RangeRequest key(String key) {
        return RangeRequest.newBuilder().setKey(bytes(key)).build();
    }

    static RangeRequest prefix(String prefix) {
        return RangeRequest.newBuilder()
                .setKey(bytes(prefix))
                .setRangeEnd(endOf(prefix))
                .build();
    }

    /** The first key after all that start with the prefix, which is ASCII and so never ends in the highest byte. */
    static ByteString endOf(String prefix) {
        byte[] end = prefix.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        end[end.length - 1]++;
        return ByteString.copyFrom(end);
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    static Range range(RangeResponse response) {
        TreeMap<String, Entry> entries = new TreeMap<>();
        response.getKvsList().forEach(each -> entries.put(each.getKey().toStringUtf8(), entry(each)));
        return new Range(response.getHeader().getRevision(), entries);
    }

    private static Entry entry(KeyValue found) {
        String lease = found.getLease() == 0 ? "" : Long.toString(found.getLease());
        return new Entry(found.getValue().toStringUtf8(), found.getModRevision(), found.getModRevision(), lease);
    }

    static Event event(io.etcd.jetcd.api.Event event) {
        boolean deleted = event.getType() == io.etcd.jetcd.api.Event.EventType.DELETE;
        return new Event(
                event.getKv().getKey().toStringUtf8(),
                event.getKv().getModRevision(),
                deleted ? Optional.empty() : Optional.of(entry(event.getKv())));
    }

    /** Each further branch is a transaction in the "else" of the one before; the last "else" reads. */
    static TxnRequest transaction(Transaction transaction) {
        return nested(
                transaction.branches(),
                RequestOp.newBuilder()
                        .setRequestRange(key(transaction.readBack()))
                        .build());
    }

    private static TxnRequest nested(List<Branch> branches, RequestOp last) {
        Branch first = branches.getFirst();
        List<Branch> rest = branches.subList(1, branches.size());
        TxnRequest.Builder request = TxnRequest.newBuilder();
        first.when().forEach(each -> request.addCompare(comparison(each)));
        first.then().forEach(each -> request.addSuccess(change(each)));
        request.addFailure(
                rest.isEmpty()
                        ? last
                        : RequestOp.newBuilder()
                                .setRequestTxn(nested(rest, last))
                                .build());
        return request.build();
    }

    private static Compare comparison(Comparison comparison) {
        Compare.Builder compare = Compare.newBuilder().setResult(Compare.CompareResult.EQUAL);
        return switch (comparison) {
            case Comparison.VersionIs(String key, long version) ->
                compare.setKey(bytes(key))
                        .setTarget(Compare.CompareTarget.MOD)
                        .setModRevision(version)
                        .build();
            case Comparison.ValueIs(String key, String value) ->
                compare.setKey(bytes(key))
                        .setTarget(Compare.CompareTarget.VALUE)
                        .setValue(bytes(value))
                        .build();
        };
    }

    private static RequestOp change(Change change) {
        return switch (change) {
            case Change.Put(String key, String value, long lease) ->
                RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder()
                                .setKey(bytes(key))
                                .setValue(bytes(value))
                                .setLease(lease))
                        .build();
            case Change.Delete(String key) ->
                RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(key)))
                        .build();
            case Change.DeleteAll(String prefix) ->
                RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(bytes(prefix))
                                .setRangeEnd(endOf(prefix)))
                        .build();
        };
    }

    static Transaction.Outcome outcome(TxnResponse response) {
        long revision = response.getHeader().getRevision();
        TxnResponse level = response;
        for (int branch = 0; ; branch++) {
            if (level.getSucceeded()) {
                return new Transaction.Outcome(Optional.of(branch), revision, Optional.empty());
            }
            if (!level.getResponses(0).hasResponseTxn()) {
                Optional<Entry> found = level.getResponses(0).getResponseRange().getKvsList().stream()
                        .findFirst()
                        .map(Messages::entry);
                return new Transaction.Outcome(Optional.empty(), revision, found);
            }
            level = level.getResponses(0).getResponseTxn();
        }
    }
}
