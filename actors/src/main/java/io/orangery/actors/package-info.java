/** Thin shells around core: one actor, one file. */
package io.orangery.actors;
