package io.orangery.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import io.orangery.core.cluster.ClusterStatus;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.ConfigKey;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.LeaderKey;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.cluster.TimelineHistory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** From the keys below {@code /namespace/scope/} to the view of a cluster (dcs-layout 1 to 4). Tolerant of what others wrote. */
public final class ClusterKeys {
    private ClusterKeys() {}

    /** Record of the formation's mesh, beside the keys of group 0. Other agents ignore keys that they do not know. */
    public static final String MESH_KEY = "orangery_mesh";

    private static final Pattern GROUP = Pattern.compile("0|[1-9][0-9]*");

    /**
     * @param keys path relative to the scope to key
     * @param own group whose view is wanted; empty for a plain cluster
     * @return view of the own group; other groups found among the keys are in {@link ClusterView#workers()}
     */
    public static ClusterView view(SortedMap<String, StoredKey> keys, Optional<GroupId> own) {
        if (own.isEmpty()) {
            return group(keys, new TreeMap<>());
        }
        SortedMap<GroupId, ClusterView> others = groups(keys);
        ClusterView mine = others.remove(own.get());
        return group(mine == null ? new TreeMap<>() : below(keys, own.get() + "/"), others);
    }

    /** Every group of a formation; keys of a former plain cluster of the same scope are ignored. */
    public static SortedMap<GroupId, ClusterView> groups(SortedMap<String, StoredKey> keys) {
        SortedMap<GroupId, ClusterView> groups = new TreeMap<>();
        keys.keySet().stream()
                .filter(path -> path.indexOf('/') > 0)
                .map(path -> path.substring(0, path.indexOf('/')))
                .filter(name -> GROUP.matcher(name).matches())
                .distinct()
                .forEach(name -> groups.put(
                        new GroupId(Integer.parseInt(name)), group(below(keys, name + "/"), new TreeMap<>())));
        return groups;
    }

    private static SortedMap<String, StoredKey> below(SortedMap<String, StoredKey> keys, String prefix) {
        SortedMap<String, StoredKey> found = new TreeMap<>();
        keys.tailMap(prefix).entrySet().stream()
                .takeWhile(entry -> entry.getKey().startsWith(prefix))
                .forEach(entry -> found.put(entry.getKey().substring(prefix.length()), entry.getValue()));
        return found;
    }

    private static ClusterView group(SortedMap<String, StoredKey> keys, SortedMap<GroupId, ClusterView> workers) {
        Optional<StoredKey> status = get(keys, "status").or(() -> get(keys, "optime/leader"));
        return new ClusterView(
                get(keys, "initialize").map(StoredKey::value),
                get(keys, "config").flatMap(ClusterKeys::config),
                get(keys, "leader")
                        .filter(key -> !key.value().isBlank())
                        .map(key -> new LeaderKey(
                                new NodeId(key.value()), key.session(), key.version(), key.modifyVersion())),
                status.map(KeyJson::readStatus).orElse(ClusterStatus.ABSENT),
                members(keys),
                get(keys, "failover").flatMap(KeyJson::readFailover),
                get(keys, "sync").map(KeyJson::readSync).orElse(SyncKey.ABSENT),
                get(keys, "history").map(KeyJson::readHistory).orElse(TimelineHistory.ABSENT),
                get(keys, "failsafe").map(ClusterKeys::failsafe).orElse(Map.of()),
                workers,
                get(keys, MESH_KEY).map(StoredKey::value));
    }

    private static Optional<StoredKey> get(SortedMap<String, StoredKey> keys, String path) {
        return Optional.ofNullable(keys.get(path));
    }

    private static Optional<ConfigKey> config(StoredKey key) {
        return Json.parseObject(key.value()).map(values -> new ConfigKey(values, key.version(), key.modifyVersion()));
    }

    private static List<Member> members(SortedMap<String, StoredKey> keys) {
        List<Member> members = new ArrayList<>();
        below(keys, "members/").forEach((name, key) -> {
            if (name.indexOf('/') < 0 && !name.isBlank()) {
                members.add(new Member(new NodeId(name), MemberJson.read(key.value()), key.session(), key.version()));
            }
        });
        return List.copyOf(members);
    }

    private static Map<String, String> failsafe(StoredKey key) {
        Map<String, String> urls = new LinkedHashMap<>();
        Json.parse(key.value())
                .filter(JsonNode::isObject)
                .ifPresent(json -> json.properties()
                        .forEach(entry ->
                                urls.put(entry.getKey(), entry.getValue().asText())));
        return urls;
    }
}
