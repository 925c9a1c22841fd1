package io.orangery.ctl;

import io.orangery.ctl.cluster.Timestamps;
import io.orangery.protocol.Json;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the nodes are asked for.
 *
 * @param leader who is to step down; empty for a failover
 * @param candidate empty or an empty text: the cluster chooses
 * @param at empty: now
 */
record LeaderChange(
        SwitchoverCommand.Kind kind, Optional<String> leader, Optional<String> candidate, Optional<OffsetDateTime> at) {

    /** Body of the request. */
    Map<String, Object> body() {
        var body = new LinkedHashMap<String, Object>();
        body.put("candidate", candidate.orElse(null));
        leader.ifPresent(name -> body.put("leader", name));
        at.ifPresent(time -> body.put("scheduled_at", Timestamps.iso(time)));
        return body;
    }

    /** Content of the {@code failover} key: only what is set, the candidate under another name (rest-api 11.5). */
    String key() {
        var key = new LinkedHashMap<String, Object>();
        leader.ifPresent(name -> key.put("leader", name));
        candidate.filter(name -> !name.isEmpty()).ifPresent(name -> key.put("member", name));
        at.ifPresent(time -> key.put("scheduled_at", Timestamps.iso(time)));
        return Json.write(key);
    }
}
