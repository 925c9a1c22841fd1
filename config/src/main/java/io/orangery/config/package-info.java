/** The YAML file and the dynamic configuration, checked once into records. */
package io.orangery.config;
