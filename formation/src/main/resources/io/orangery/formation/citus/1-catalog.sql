-- Orangery's stand-in for the Citus extension: the part of Citus that high availability has to do with, in SQL only.
-- The script of the extension is these numbered files in a row. Names, columns, signatures and error texts are those of
-- Citus 13.2, so that statements written for Citus run unchanged; CitusContract runs against both.
--
-- What it does not have: a planner (INSERT of rows and SELECT only), distributed transactions (a routed INSERT is
-- committed on the worker by the statement, not by the transaction), metadata on the workers, copies of reference tables
-- on nodes that are added after them, and DROP of a table that is distributed.

CREATE SCHEMA citus;
CREATE SCHEMA citus_standin;

CREATE TYPE noderole AS ENUM ('primary', 'secondary', 'unavailable');
CREATE TYPE citus.distribution_type AS ENUM ('hash', 'range', 'append');

-- Relations cannot be created in pg_catalog, only moved there; Citus does the same.
CREATE SEQUENCE citus.pg_dist_node_nodeid_seq MINVALUE 1 MAXVALUE 2147483647;
CREATE SEQUENCE citus.pg_dist_groupid_seq MINVALUE 1 MAXVALUE 2147483647;
CREATE SEQUENCE citus.pg_dist_colocationid_seq MINVALUE 1 MAXVALUE 2147483647;
CREATE SEQUENCE citus.pg_dist_shardid_seq MINVALUE 102008;
CREATE SEQUENCE citus.pg_dist_placement_placementid_seq;
ALTER SEQUENCE citus.pg_dist_node_nodeid_seq SET SCHEMA pg_catalog;
ALTER SEQUENCE citus.pg_dist_groupid_seq SET SCHEMA pg_catalog;
ALTER SEQUENCE citus.pg_dist_colocationid_seq SET SCHEMA pg_catalog;
ALTER SEQUENCE citus.pg_dist_shardid_seq SET SCHEMA pg_catalog;
ALTER SEQUENCE citus.pg_dist_placement_placementid_seq SET SCHEMA pg_catalog;

CREATE TABLE citus.pg_dist_node (
    nodeid int NOT NULL DEFAULT nextval('pg_dist_node_nodeid_seq') PRIMARY KEY,
    groupid int NOT NULL DEFAULT nextval('pg_dist_groupid_seq'),
    nodename text NOT NULL,
    nodeport int NOT NULL DEFAULT 5432,
    noderack text NOT NULL DEFAULT 'default',
    hasmetadata bool NOT NULL DEFAULT false,
    isactive bool NOT NULL DEFAULT true,
    noderole noderole NOT NULL DEFAULT 'primary',
    nodecluster name NOT NULL DEFAULT 'default',
    metadatasynced bool NOT NULL DEFAULT false,
    shouldhaveshards bool NOT NULL DEFAULT true,
    CONSTRAINT pg_dist_node_nodename_nodeport_key UNIQUE (nodename, nodeport),
    CONSTRAINT primaries_are_only_allowed_in_the_default_cluster
        CHECK (NOT (nodecluster <> 'default' AND noderole = 'primary'))
);
ALTER TABLE citus.pg_dist_node SET SCHEMA pg_catalog;
GRANT SELECT ON pg_dist_node TO public;

CREATE FUNCTION citus.pg_dist_node_trigger_func() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE pg_catalog.pg_dist_node IN SHARE ROW EXCLUSIVE MODE;
    IF NEW.noderole = 'primary' AND EXISTS (
            SELECT 1 FROM pg_catalog.pg_dist_node
            WHERE groupid = NEW.groupid AND noderole = 'primary' AND nodeid <> NEW.nodeid) THEN
        RAISE EXCEPTION 'there cannot be two primary nodes in a group';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pg_dist_node_trigger BEFORE INSERT OR UPDATE ON pg_dist_node
    FOR EACH ROW EXECUTE FUNCTION citus.pg_dist_node_trigger_func();

CREATE TABLE citus.pg_dist_authinfo (
    nodeid int NOT NULL,
    rolename name NOT NULL,
    authinfo text NOT NULL,
    CONSTRAINT pg_dist_authinfo_identification_index PRIMARY KEY (rolename, nodeid)
);
ALTER TABLE citus.pg_dist_authinfo SET SCHEMA pg_catalog;
REVOKE ALL ON pg_dist_authinfo FROM public;

CREATE TABLE citus.pg_dist_partition (
    logicalrelid regclass NOT NULL PRIMARY KEY,
    partmethod "char" NOT NULL DEFAULT 'h',
    partkey text,
    colocationid int NOT NULL,
    repmodel "char" NOT NULL DEFAULT 's',
    autoconverted bool NOT NULL DEFAULT false
);
ALTER TABLE citus.pg_dist_partition SET SCHEMA pg_catalog;

CREATE TABLE citus.pg_dist_shard (
    logicalrelid regclass NOT NULL,
    shardid bigint NOT NULL DEFAULT nextval('pg_dist_shardid_seq') PRIMARY KEY,
    shardstorage "char" NOT NULL DEFAULT 't',
    shardminvalue text,
    shardmaxvalue text
);
ALTER TABLE citus.pg_dist_shard SET SCHEMA pg_catalog;

CREATE TABLE citus.pg_dist_placement (
    placementid bigint NOT NULL DEFAULT nextval('pg_dist_placement_placementid_seq') PRIMARY KEY,
    shardid bigint NOT NULL,
    shardstate int NOT NULL DEFAULT 1,
    shardlength bigint NOT NULL DEFAULT 0,
    groupid int NOT NULL
);
ALTER TABLE citus.pg_dist_placement SET SCHEMA pg_catalog;
GRANT SELECT ON pg_dist_partition, pg_dist_shard, pg_dist_placement TO public;
GRANT USAGE ON SCHEMA citus, citus_standin TO public;

-- One row per placement: a shard, where it lies, and the two numbers of the lock that stands for the shard's metadata. The
-- one shard of a reference table lies in every group.
CREATE VIEW citus_standin.placements AS
    SELECT s.logicalrelid, s.shardid, s.shardminvalue::bigint, s.shardmaxvalue::bigint, p.groupid, t.colocationid,
           (dense_rank() OVER (PARTITION BY s.logicalrelid ORDER BY s.shardminvalue::bigint) - 1)::int AS shardindex
    FROM pg_dist_shard s JOIN pg_dist_placement p USING (shardid) JOIN pg_dist_partition t USING (logicalrelid);
GRANT SELECT ON citus_standin.placements TO public;

CREATE FUNCTION citus_version() RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT 'Citus stand-in of Orangery, after Citus 13.2 (SQL only; not the real extension)'::text $$;
