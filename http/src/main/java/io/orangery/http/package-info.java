/** Routes: JSON in, ask an actor, JSON out. */
package io.orangery.http;
