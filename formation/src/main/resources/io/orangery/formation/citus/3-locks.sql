-- The shard metadata locks. Citus has advisory-class locks of its own kind for them (objsubid 8); SQL reaches the kind
-- with two integers (objsubid 2). Same place in pg_locks, same modes, same duration: to the end of the transaction.

-- Takes one lock exclusively. Without a cooldown it waits as long as needed. With one, whoever still holds the lock when
-- it is over is terminated, again and again every 100 ms, which is what the background worker of Citus does.
CREATE FUNCTION citus_standin.lock_shard(colocation int, shard int, cooldown_ends timestamptz) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    usual_timeout text := current_setting('lock_timeout');
    patience int;
    asked_at timestamptz := clock_timestamp();
BEGIN
    IF cooldown_ends IS NULL THEN
        PERFORM pg_advisory_xact_lock(colocation, shard);
        RETURN;
    END IF;
    LOOP
        patience := greatest(100, ceil(extract(epoch FROM cooldown_ends - clock_timestamp()) * 1000));
        BEGIN
            PERFORM set_config('lock_timeout', patience::text, true);
            PERFORM pg_advisory_xact_lock(colocation, shard);
            PERFORM set_config('lock_timeout', usual_timeout, true);
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            -- Without those who waited behind: they have got it only because this wait is over, which Citus' is not.
            PERFORM pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE xact_start < asked_at AND locktype = 'advisory'
                  AND (classid::int, objid::int, objsubid) = (colocation, shard, 2)
                  AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND granted AND pid <> pg_backend_pid();
        END;
    END LOOP;
END $$;

-- All shards of a group, in shard id order.
CREATE FUNCTION citus_standin.lock_group(target int, force bool, lock_cooldown int) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    cooldown_ends timestamptz := CASE WHEN force THEN clock_timestamp() + lock_cooldown * interval '1 millisecond' END;
    placement record;
BEGIN
    FOR placement IN SELECT * FROM citus_standin.placements WHERE groupid = target ORDER BY shardid LOOP
        PERFORM citus_standin.lock_shard(placement.colocationid, placement.shardindex, cooldown_ends);
    END LOOP;
END $$;
