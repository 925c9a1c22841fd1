/** Calls to other members, whatever agent they run (rest-api 16). */
package io.orangery.http.client;
