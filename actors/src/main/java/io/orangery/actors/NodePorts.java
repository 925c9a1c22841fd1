package io.orangery.actors;

import io.orangery.core.cluster.MemberData;
import io.orangery.core.policy.MemberPublication;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Dcs;
import io.orangery.postgres.LocalPostgres;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Everything outside a node that its actors use. A simulation replaces each of them.
 *
 * @param ids gives a new id at each call: event ids; seeded in the simulation
 * @param meshAddress of the own mesh node, empty while it is not up; any thread
 * @param exit ends the process with this code, once the actors have said why
 */
public record NodePorts(
        Dcs dcs,
        LocalPostgres postgres,
        Peers peers,
        SettingsSource settings,
        Ticker ticker,
        Supplier<String> ids,
        Supplier<Optional<String>> meshAddress,
        Exit exit) {

    /** Ends the process. */
    public interface Exit {
        /** @param why the sentence for the operator; already logged */
        void now(int code, String why);
    }

    /** What the member key says after this look. */
    MemberData publication(View view, PostgresSeen seen) {
        return MemberPublication.of(view.withPostgres(seen), meshAddress.get());
    }
}
