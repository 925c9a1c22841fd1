package io.orangery.core.cluster;

import java.util.Map;

/**
 * Key {@code config}, valid: a JSON object.
 *
 * @param values as stored, nested maps and lists of JSON values
 * @param version for compare-and-set
 * @param modifyVersion changes whenever the content may have changed
 */
public record ConfigKey(Map<String, Object> values, long version, long modifyVersion) {}
