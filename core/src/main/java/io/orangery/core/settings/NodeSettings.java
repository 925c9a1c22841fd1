package io.orangery.core.settings;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.Tags;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Everything one node is configured with, valid, as one value. Made anew when the local file or the {@code config} key changes.
 *
 * @param namespace default {@code service}
 * @param dcsSection name of the section that chooses the store
 * @param dcs that section as parsed
 * @param stateDir {@code orangery.state_dir}, default {@code <data_dir>.orangery}
 * @param watchdogMode {@code off}, {@code automatic} or {@code required}
 * @param pauses how writes to worker groups are held
 */
public record NodeSettings(
        String scope,
        NodeId name,
        String namespace,
        Optional<CitusSettings> citus,
        Tags tags,
        DynamicSettings dynamic,
        PostgresSettings postgres,
        BootstrapSettings bootstrap,
        RestApiSettings restApi,
        MeshSettings mesh,
        String dcsSection,
        Map<String, Object> dcs,
        Path stateDir,
        String watchdogMode,
        PauseSettings pauses) {

    public Optional<GroupId> group() {
        return citus.map(CitusSettings::group);
    }

    public boolean coordinator() {
        return group().filter(GroupId::coordinator).isPresent();
    }

    public boolean citusWorker() {
        return group().filter(group -> !group.coordinator()).isPresent();
    }
}
