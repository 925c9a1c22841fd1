package io.orangery.dcs.zookeeper;

import org.apache.zookeeper.KeeperException;

/** Tells answers that leave open what happened, or that another try may change, from refusals. */
final class Trouble {
    private Trouble() {}

    static boolean in(KeeperException answer) {
        return switch (answer.code()) {
            case CONNECTIONLOSS,
                    SESSIONEXPIRED,
                    SESSIONMOVED,
                    SESSIONCLOSEDREQUIRESASLAUTH,
                    OPERATIONTIMEOUT,
                    REQUESTTIMEOUT,
                    THROTTLEDOP,
                    NOTREADONLY,
                    AUTHFAILED,
                    SYSTEMERROR,
                    RUNTIMEINCONSISTENCY,
                    DATAINCONSISTENCY -> true;
            default -> false;
        };
    }
}
