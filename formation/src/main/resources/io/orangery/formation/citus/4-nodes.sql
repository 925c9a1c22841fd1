-- The functions that change pg_dist_node. Each that changes an address leaves the workers' metadata unsynced, under a
-- lock on pg_dist_node that lasts to the end of the transaction.

CREATE FUNCTION citus_standin.leave_unsynced() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    LOCK TABLE pg_dist_node IN EXCLUSIVE MODE;
    UPDATE pg_dist_node SET metadatasynced = false WHERE hasmetadata AND groupid > 0;
    IF FOUND THEN
        PERFORM citus_standin.wake_metadata_sync();
    END IF;
END $$;

CREATE FUNCTION citus_standin.require_synced() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    node pg_dist_node;
BEGIN
    SELECT * INTO node FROM pg_dist_node WHERE hasmetadata AND NOT metadatasynced ORDER BY nodeid LIMIT 1;
    IF FOUND THEN
        PERFORM citus_standin.wake_metadata_sync();
        RAISE EXCEPTION '%:% is a metadata node, but is out of sync', node.nodename, node.nodeport
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'If the node is up, wait until metadata gets synced to it and try again.';
    END IF;
END $$;

CREATE FUNCTION citus_standin.node_with_id(node_id int) RETURNS pg_dist_node
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    node pg_dist_node;
BEGIN
    SELECT * INTO node FROM pg_dist_node WHERE nodeid = node_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'node % not found', node_id USING ERRCODE = 'no_data_found';
    END IF;
    RETURN node;
END $$;

CREATE FUNCTION citus_update_node(node_id int, new_node_name text, new_node_port int,
                                  force bool DEFAULT false, lock_cooldown int DEFAULT 10000) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog AS $$
DECLARE
    node pg_dist_node;
BEGIN
    SELECT * INTO node FROM pg_dist_node WHERE nodename = new_node_name AND nodeport = new_node_port;
    IF FOUND AND node.nodeid = node_id THEN
        RETURN; -- no lock at all: this is why a pause needs another name
    ELSIF FOUND THEN
        RAISE EXCEPTION 'there is already another node with the specified hostname and port';
    END IF;
    node := citus_standin.node_with_id(node_id);
    IF node.noderole = 'primary' THEN
        PERFORM citus_standin.lock_group(node.groupid, force, lock_cooldown);
    END IF;
    UPDATE pg_dist_node SET nodename = new_node_name, nodeport = new_node_port WHERE nodeid = node_id;
    PERFORM citus_standin.leave_unsynced();
END $$;

CREATE FUNCTION citus_pause_node_within_txn(node_id int, force bool DEFAULT false, lock_cooldown int DEFAULT 10000)
    RETURNS void LANGUAGE plpgsql STRICT SET search_path = pg_catalog AS $$
DECLARE
    node pg_dist_node := citus_standin.node_with_id(node_id);
BEGIN
    IF node.noderole = 'primary' THEN
        PERFORM citus_standin.lock_group(node.groupid, force, lock_cooldown);
    END IF;
END $$;

CREATE FUNCTION citus_add_node(nodename text, nodeport int, groupid int DEFAULT -1,
                               noderole noderole DEFAULT 'primary', nodecluster name DEFAULT 'default') RETURNS int
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE
    the_name text := nodename; the_port int := nodeport; the_group int := groupid; the_role noderole := noderole;
    id int;
BEGIN
    LOCK TABLE pg_dist_node IN EXCLUSIVE MODE;
    SELECT nodeid INTO id FROM pg_dist_node WHERE (nodename, nodeport) = (the_name, the_port);
    IF FOUND THEN
        RETURN id; -- whatever its group and role: as Citus does, and a trap
    END IF;
    PERFORM citus_standin.require_synced();
    IF the_group = -1 THEN
        SELECT coalesce(max(groupid), 0) + 1 INTO the_group FROM pg_dist_node;
    END IF;
    IF the_group <> 0 AND the_name <> 'localhost' AND EXISTS (
            SELECT 1 FROM pg_dist_node WHERE groupid = 0 AND noderole = 'primary' AND nodename = 'localhost') THEN
        RAISE EXCEPTION 'cannot add a worker node when the coordinator hostname is set to localhost';
    END IF;
    IF the_role = 'primary' THEN
        IF EXISTS (SELECT 1 FROM pg_dist_node WHERE groupid = the_group AND noderole = 'primary') THEN
            RAISE EXCEPTION 'group % already has a primary node', the_group;
        END IF;
        IF the_group <> 0 THEN -- a new primary gets metadata: it has to be there, with the extension
            PERFORM FROM citus_standin.dblink(citus_standin.connection(the_name, the_port),
                'SELECT pg_catalog.citus_version()') AS answer(version text);
        END IF;
    END IF;
    INSERT INTO pg_dist_node (groupid, nodename, nodeport, noderole, nodecluster, hasmetadata, metadatasynced,
                              shouldhaveshards)
        VALUES (the_group, the_name, the_port, the_role, $5, the_role = 'primary', the_role = 'primary', the_group <> 0)
        RETURNING nodeid INTO id;
    RETURN id;
END $$;

CREATE FUNCTION citus_remove_node(nodename text, nodeport int) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog AS $$
DECLARE
    node pg_dist_node;
    shard bigint;
BEGIN
    LOCK TABLE pg_dist_node IN EXCLUSIVE MODE;
    SELECT * INTO node FROM pg_dist_node n WHERE (n.nodename, n.nodeport) = ($1, $2);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'node at "%:%" does not exist', $1, $2;
    END IF;
    PERFORM citus_standin.require_synced();
    SELECT min(shardid) INTO shard FROM pg_dist_placement p WHERE p.groupid = node.groupid;
    IF node.noderole = 'primary' AND shard IS NOT NULL THEN
        RAISE EXCEPTION 'cannot remove or disable the node %:% because because it contains the only shard placement for shard %',
            $1, $2, shard;
    END IF;
    DELETE FROM pg_dist_node WHERE nodeid = node.nodeid;
END $$;

CREATE FUNCTION citus_set_coordinator_host(host text, port int DEFAULT current_setting('port')::int,
                                           node_role noderole DEFAULT 'primary', node_cluster name DEFAULT 'default')
    RETURNS void LANGUAGE plpgsql STRICT SET search_path = pg_catalog AS $$
BEGIN
    UPDATE pg_dist_node SET nodename = host, nodeport = port WHERE groupid = 0 AND noderole = node_role;
    IF NOT FOUND THEN
        PERFORM citus_add_node(host, port, 0, node_role, node_cluster);
    END IF;
END $$;

CREATE FUNCTION start_metadata_sync_to_node(nodename text, nodeport int) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_dist_node n WHERE (n.nodename, n.nodeport) = ($1, $2)) THEN
        RAISE EXCEPTION 'you cannot sync metadata to a non-existent node';
    END IF;
    PERFORM citus_standin.connection($1, $2);
    UPDATE pg_dist_node n SET hasmetadata = true, metadatasynced = true WHERE (n.nodename, n.nodeport) = ($1, $2);
END $$;

REVOKE ALL ON FUNCTION citus_update_node, citus_pause_node_within_txn, citus_add_node, citus_remove_node,
    citus_set_coordinator_host, start_metadata_sync_to_node FROM public;
