/** Measures what a planned change of a worker costs its applications: by hand, by Orangery, and by Patroni where it is installed. */
package io.orangery.formation.bench;
