package io.orangery.core.settings;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code bootstrap} section.
 *
 * @param present false: this node never bootstraps a new cluster
 * @param dcs first dynamic configuration, as stored in the {@code config} key
 * @param method {@code initdb} unless configured
 * @param initdbOptions ready command line options ({@code --encoding=UTF8}), forbidden ones refused earlier
 * @param pgHba lines to append when {@code postgresql.pg_hba} is not configured
 * @param postBootstrap command line; {@code post_init} is the old name
 */
public record BootstrapSettings(
        boolean present,
        Map<String, Object> dcs,
        String method,
        List<String> initdbOptions,
        List<String> pgHba,
        Optional<String> postBootstrap) {}
