-- Connections to other nodes: PostgreSQL's own dblink, bound here because an extension's script cannot create another
-- extension. They belong to the session and are kept, one per address, as Citus keeps them.

CREATE FUNCTION citus_standin.dblink_connect(text, text) RETURNS text
    AS '$libdir/dblink', 'dblink_connect' LANGUAGE C STRICT;
CREATE FUNCTION citus_standin.dblink_disconnect(text) RETURNS text
    AS '$libdir/dblink', 'dblink_disconnect' LANGUAGE C STRICT;
CREATE FUNCTION citus_standin.dblink_exec(text, text) RETURNS text
    AS '$libdir/dblink', 'dblink_exec' LANGUAGE C STRICT;
CREATE FUNCTION citus_standin.dblink(text, text) RETURNS SETOF record
    AS '$libdir/dblink', 'dblink_record' LANGUAGE C STRICT;
CREATE FUNCTION citus_standin.dblink_send_query(text, text) RETURNS int
    AS '$libdir/dblink', 'dblink_send_query' LANGUAGE C STRICT;
CREATE FUNCTION citus_standin.dblink_is_busy(text) RETURNS int
    AS '$libdir/dblink', 'dblink_is_busy' LANGUAGE C STRICT;
CREATE FUNCTION citus_standin.dblink_get_result(text) RETURNS SETOF record
    AS '$libdir/dblink', 'dblink_get_result' LANGUAGE C STRICT;
CREATE FUNCTION citus_standin.dblink_get_connections() RETURNS text[]
    AS '$libdir/dblink', 'dblink_get_connections' LANGUAGE C;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA citus_standin FROM public;

CREATE FUNCTION citus_standin.conninfo(host text, port int, purpose text) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT format('host=%s port=%s dbname=''%s'' user=''%s'' application_name=''%s'' connect_timeout=5 %s',
        host, port, current_database(), current_user, purpose,
        (SELECT authinfo FROM pg_dist_authinfo WHERE rolename = current_user AND nodeid = 0))
$$;

-- The name of an open connection to the address. A kept one that is found dead is opened again, once, before use.
CREATE FUNCTION citus_standin.connection(host text, port int) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    address text := host || ':' || port;
BEGIN
    IF address = ANY (citus_standin.dblink_get_connections()) THEN
        BEGIN
            PERFORM FROM citus_standin.dblink(address, 'SELECT 1') AS answer(alive int);
            RETURN address;
        EXCEPTION WHEN OTHERS THEN
            PERFORM citus_standin.dblink_disconnect(address);
        END;
    END IF;
    PERFORM citus_standin.dblink_connect(address, citus_standin.conninfo(host, port, 'citus_standin'));
    RETURN address;
END $$;

-- What stands for telling a node about the others: a statement that writes the node's own pg_dist_node, waits for whoever
-- holds it there, and fails on a standby. Waiting can be cancelled, which dblink by itself cannot.
CREATE FUNCTION citus_standin.send_metadata(host text, port int) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    address text := citus_standin.connection(host, port);
BEGIN
    PERFORM citus_standin.dblink_send_query(address, 'DELETE FROM pg_catalog.pg_dist_node WHERE false');
    WHILE citus_standin.dblink_is_busy(address) = 1 LOOP
        PERFORM pg_sleep(0.005);
    END LOOP;
    PERFORM FROM citus_standin.dblink_get_result(address) AS answer(status text);
    PERFORM FROM citus_standin.dblink_get_result(address) AS nothing_more(status text);
EXCEPTION WHEN query_canceled OR OTHERS THEN
    PERFORM citus_standin.dblink_disconnect(address); -- its answer may still come
    RAISE;
END $$;

-- Citus has a daemon in the server that brings the workers' metadata up to date. Here a session of its own, started by
-- whoever left something unsynced, plays it: it begins when that transaction has ended, later it gives up for this round
-- when pg_dist_node is not free at once, and it does not count a worker as synced that cannot be reached. It looks like
-- the daemon (application_name) and can be cancelled like it: it lets go of pg_dist_node and tries again later.
CREATE PROCEDURE citus_standin.sync_metadata() LANGUAGE plpgsql AS $$
DECLARE
    every float8 := coalesce(pg_catalog.current_setting('citus.metadata_sync_retry_interval', true)::float8 / 1000, 5);
    node record;
    finished boolean := false;
BEGIN
    BEGIN
        PERFORM pg_catalog.pg_advisory_lock(0, 1);
        LOCK TABLE pg_catalog.pg_dist_node IN ROW EXCLUSIVE MODE; -- until the transaction that woke us has ended
    EXCEPTION WHEN query_canceled THEN
        RAISE LOG 'metadata synchronisation was cancelled before it began';
    END;
    LOOP
        BEGIN
            -- Citus writes the rows without the trigger. With it a weaker lock is raised later, and whoever writes meanwhile
            -- raises theirs too: a deadlock that Citus does not have.
            LOCK TABLE pg_catalog.pg_dist_node IN SHARE ROW EXCLUSIVE MODE NOWAIT;
            FOR node IN SELECT * FROM pg_catalog.pg_dist_node WHERE hasmetadata AND NOT metadatasynced LOOP
                PERFORM citus_standin.send_metadata(node.nodename, node.nodeport);
                UPDATE pg_catalog.pg_dist_node SET metadatasynced = true WHERE nodeid = node.nodeid;
            END LOOP;
            finished := true;
        EXCEPTION WHEN query_canceled OR OTHERS THEN
            RAISE LOG 'metadata is not in sync yet: %', SQLERRM;
        END;
        COMMIT;
        EXIT WHEN finished;
        BEGIN
            PERFORM pg_catalog.pg_sleep(every);
        EXCEPTION WHEN query_canceled THEN
            RAISE LOG 'metadata synchronisation was cancelled while it did nothing';
        END;
    END LOOP;
END $$;

-- Starts the session above. One that waits behind a running one will see what this transaction leaves: no third is needed.
CREATE FUNCTION citus_standin.wake_metadata_sync() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    host text := coalesce(nullif(current_setting('citus.local_hostname', true), ''), 'localhost');
BEGIN
    IF EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND (classid, objid, objsubid) = (0, 1, 2)
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND NOT granted) THEN
        RETURN;
    END IF;
    PERFORM citus_standin.dblink_connect('metadata sync',
        citus_standin.conninfo(host, current_setting('port')::int, 'Citus Metadata Sync Daemon'));
    PERFORM citus_standin.dblink_send_query('metadata sync', 'CALL citus_standin.sync_metadata()');
    PERFORM citus_standin.dblink_disconnect('metadata sync');
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'metadata synchronisation could not be started: %', SQLERRM;
END $$;
