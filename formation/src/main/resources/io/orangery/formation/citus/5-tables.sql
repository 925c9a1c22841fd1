-- Distributed tables. The name of the table becomes a view whose INSERT is routed to the shard's group and whose SELECT
-- gathers all shards; the table itself stays, empty, under another name, for its columns and sequences. Reference tables
-- are the same with one shard that has no bounds and lies in every group: written everywhere, read from one.

CREATE FUNCTION citus_standin.column_definitions(shell regclass) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = shell AND attnum > 0 AND NOT attisdropped
$$;

-- Writes wait here while their group is paused. The address is read after the lock was granted, so that a write that
-- waited goes to the new primary. The lock is held to the end of the transaction, as in Citus.
CREATE FUNCTION citus_standin.route_insert() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    key text := to_jsonb(NEW) ->> TG_ARGV[0];
    shard text;
    target record;
    node pg_dist_node;
BEGIN
    IF key IS NULL AND TG_NARGS > 0 THEN
        RAISE EXCEPTION 'cannot perform an INSERT with NULL in the partition column' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    FOR target IN SELECT * FROM citus_standin.placements WHERE logicalrelid = TG_RELID
            AND (shardminvalue IS NULL OR hashtext(key) BETWEEN shardminvalue AND shardmaxvalue) ORDER BY groupid LOOP
        PERFORM pg_advisory_xact_lock_shared(target.colocationid, target.shardindex);
        SELECT * INTO STRICT node FROM pg_dist_node WHERE groupid = target.groupid AND noderole = 'primary';
        shard := format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME || '_' || target.shardid);
        PERFORM citus_standin.dblink_exec(citus_standin.connection(node.nodename, node.nodeport),
            format('INSERT INTO %s SELECT * FROM json_populate_record(NULL::%s, %L)', shard, shard, row_to_json(NEW)));
    END LOOP;
    RETURN NEW;
END $$;

-- All rows of a table, group by group. Takes no lock: reads are not paused.
CREATE FUNCTION citus_standin.scan(shell anyelement, logical text) RETURNS SETOF anyelement
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    columns text := citus_standin.column_definitions(pg_typeof(shell)::text::regclass);
    part record;
BEGIN
    FOR part IN
        SELECT n.nodename, n.nodeport,
               string_agg(format('SELECT * FROM %I.%I', s.nspname, c.relname || '_' || p.shardid), ' UNION ALL ') AS query
        FROM citus_standin.placements p
        JOIN pg_dist_node n ON n.groupid = p.groupid AND n.noderole = 'primary'
        JOIN pg_class c ON c.oid = p.logicalrelid JOIN pg_namespace s ON s.oid = c.relnamespace
        WHERE p.logicalrelid = logical::regclass AND (p.shardminvalue IS NOT NULL OR p.groupid =
            (SELECT min(q.groupid) FROM citus_standin.placements q WHERE q.shardid = p.shardid))
        GROUP BY n.nodename, n.nodeport
    LOOP
        RETURN QUERY EXECUTE format('SELECT * FROM citus_standin.dblink(%L, %L) AS part(%s)',
            citus_standin.connection(part.nodename, part.nodeport), part.query, columns);
    END LOOP;
END $$;

-- Where a key belongs: clients ask to find the group that a write goes to.
CREATE FUNCTION get_shard_id_for_distribution_column(table_name regclass, distribution_value anyelement) RETURNS bigint
    LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT shardid FROM citus_standin.placements WHERE logicalrelid = table_name
        AND (shardminvalue IS NULL OR hashtext(distribution_value::text) BETWEEN shardminvalue AND shardmaxvalue) LIMIT 1
$$;

-- Moves the table out of the way and puts the view in its place. Without a distribution column: a reference table.
CREATE FUNCTION citus_standin.replace_by_view(shell regclass, distribution_column text) RETURNS regclass
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    logical text;
    hidden text := 'shell_' || shell::oid;
    attribute record;
BEGIN
    SELECT format('%I.%I', nspname, relname) INTO logical
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = shell;
    EXECUTE format('ALTER TABLE %s RENAME TO %I', logical, hidden);
    EXECUTE format('ALTER TABLE %s SET SCHEMA citus_standin', shell);
    EXECUTE format('CREATE VIEW %s AS SELECT * FROM citus_standin.scan(NULL::citus_standin.%I, %L)', logical, hidden, logical);
    FOR attribute IN SELECT attname, pg_get_expr(adbin, adrelid) AS expression FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = shell LOOP
        EXECUTE format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', logical, attribute.attname, attribute.expression);
    END LOOP;
    EXECUTE format('CREATE TRIGGER route_insert INSTEAD OF INSERT ON %s FOR EACH ROW '
        'EXECUTE FUNCTION citus_standin.route_insert(%s)', logical, coalesce(quote_literal(distribution_column), ''));
    RETURN logical::regclass;
END $$;

-- The columns, and the constraints that a shard can check by itself.
CREATE FUNCTION citus_standin.table_body(shell regclass) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT citus_standin.column_definitions(shell) || coalesce(', ' || string_agg(pg_get_constraintdef(oid), ', '), '')
    FROM pg_constraint WHERE conrelid = shell AND contype IN ('p', 'u', 'c')
$$;

CREATE FUNCTION citus_standin.create_shard(shell regclass, logical regclass, low bigint, high bigint, groups int[])
    RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    body text := citus_standin.table_body(shell);
    logical_schema text; logical_name text; node pg_dist_node; id bigint;
BEGIN
    SELECT nspname, relname INTO logical_schema, logical_name
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = logical;
    INSERT INTO pg_dist_shard (logicalrelid, shardminvalue, shardmaxvalue) VALUES (logical, low, high)
        RETURNING shardid INTO id;
    FOR node IN SELECT * FROM pg_dist_node WHERE groupid = ANY (groups) AND noderole = 'primary' ORDER BY groupid LOOP
        INSERT INTO pg_dist_placement (shardid, groupid) VALUES (id, node.groupid);
        PERFORM citus_standin.dblink_exec(citus_standin.connection(node.nodename, node.nodeport),
            format('CREATE SCHEMA IF NOT EXISTS %I; CREATE TABLE %I.%I (%s)',
                logical_schema, logical_schema, logical_name || '_' || id, body));
    END LOOP;
END $$;

CREATE FUNCTION citus_standin.create_shards(shell regclass, logical regclass, shards int) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    -- Citus divides the same range of 32 bits in the same way.
    width bigint := 4294967296 / shards;
    groups int[] := ARRAY(SELECT groupid FROM pg_dist_node
        WHERE noderole = 'primary' AND isactive AND shouldhaveshards AND groupid > 0 ORDER BY groupid);
    low bigint;
BEGIN
    IF groups = '{}' THEN
        RAISE EXCEPTION 'replication_factor (1) exceeds number of worker nodes (0)'
            USING HINT = 'Add more worker nodes or try again with a lower replication factor.';
    END IF;
    FOR i IN 0 .. shards - 1 LOOP
        low := -2147483648 + i * width;
        PERFORM citus_standin.create_shard(shell, logical, low,
            CASE WHEN i = shards - 1 THEN 2147483647 ELSE low + width - 1 END,
            groups[1 + i % array_length(groups, 1):1 + i % array_length(groups, 1)]);
    END LOOP;
END $$;

CREATE FUNCTION citus_standin.require_distributable(table_name regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    filled boolean;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = table_name) <> 'r' THEN
        RAISE EXCEPTION 'table "%" is already distributed', table_name;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', table_name) INTO filled;
    IF filled THEN
        RAISE EXCEPTION 'the stand-in for Citus distributes empty tables only' USING ERRCODE = 'feature_not_supported';
    END IF;
    PERFORM citus_standin.require_synced();
    LOCK TABLE pg_dist_node IN ROW SHARE MODE;
END $$;

CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text,
        distribution_type citus.distribution_type DEFAULT 'hash', colocate_with text DEFAULT 'default',
        shard_count int DEFAULT NULL) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    shards int := coalesce(shard_count, current_setting('citus.shard_count', true)::int, 32);
    logical regclass;
BEGIN
    IF distribution_type <> 'hash' THEN
        RAISE EXCEPTION 'the stand-in for Citus distributes by hash only' USING ERRCODE = 'feature_not_supported';
    ELSIF NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = table_name AND attname = distribution_column) THEN
        RAISE EXCEPTION 'column "%" of relation "%" does not exist', distribution_column, table_name
            USING ERRCODE = 'undefined_column';
    END IF;
    PERFORM citus_standin.require_distributable(table_name);
    logical := citus_standin.replace_by_view(table_name, distribution_column);
    INSERT INTO pg_dist_partition (logicalrelid, partkey, colocationid)
        VALUES (logical, distribution_column, nextval('pg_dist_colocationid_seq'));
    PERFORM citus_standin.create_shards(table_name, logical, shards);
END $$;

CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    logical regclass;
BEGIN
    PERFORM citus_standin.require_distributable(table_name);
    logical := citus_standin.replace_by_view(table_name, NULL);
    INSERT INTO pg_dist_partition (logicalrelid, partmethod, colocationid, repmodel)
        VALUES (logical, 'n', nextval('pg_dist_colocationid_seq'), 't');
    PERFORM citus_standin.create_shard(table_name, logical, NULL, NULL,
        ARRAY(SELECT groupid FROM pg_dist_node WHERE noderole = 'primary'));
END $$;
